// Sends what stands in the outbox of a store until nothing does: `fork(file, [store, channels as JSON])`. Says when it is ready,
// begins when it is told to, and says when it is done.

import { openOutbox } from '../../notify/testdata/outbox.ts';
import { systemClock } from '../../platform/clock.ts';
import { openStore } from '../../store/open.ts';

const [location, channels] = process.argv.slice(2) as [string, string];
process.on('disconnect', () => process.exit());
process.send!('ready');
await new Promise((go) => process.once('message', go));
const store = await openStore(location);
const { ctx } = openOutbox({ store, clock: systemClock, channels: JSON.parse(channels), leaseMs: 1_000 });
ctx.jobs.start(20);
for (;;) {
  const left = await store.db.selectFrom('jobs').select('id').where('state', '<>', 'dead').limit(1).executeTakeFirst();
  if (!left) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await ctx.jobs.stop();
await store.close();
process.send!('done');
process.disconnect();
