// Works through the jobs of a store until there are none, and says when it begins and when it is done.
import { pino } from 'pino';
import { Jobs } from '../../jobs/jobs.ts';
import { systemClock } from '../../platform/clock.ts';
import { openStore } from '../../store/open.ts';

const store = await openStore(process.argv[2]!);
const jobs = new Jobs({ store, clock: systemClock, log: pino({ level: 'silent' }), leaseMs: 150 });

for (const kind of ['first', 'second']) {
  jobs.define(kind, {
    maxAttempts: 1_000,
    backoff: () => 1,
    handler: async ({ key }) => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      return async (tx) => {
        await tx
          .insertInto('events')
          .values({ at: 0, name: `${kind} ${key} a`, model: null, data: '{}' })
          .execute();
        if (kind === 'first') await jobs.enqueue(tx, { kind: 'second', key, payload: 0 });
        await tx
          .insertInto('events')
          .values({ at: 0, name: `${kind} ${key} b`, model: null, data: '{}' })
          .execute();
      };
    },
  });
}
process.send!('working');
jobs.start(20);
for (;;) {
  const left = await store.db.selectFrom('jobs').select('id').limit(1).executeTakeFirst();
  if (!left) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await jobs.stop();
await store.close();
process.send!('done');
process.disconnect();
