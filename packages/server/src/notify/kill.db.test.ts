import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { openStore } from '../store/open.ts';
import { random } from '../testing/models.ts';
import { kill, nextMessage, spawnProgram } from '../testing/spawn.ts';
import { stores } from '../testing/stores.ts';
import { openOutbox, said } from './testdata/outbox.ts';

const KILLS = 50;
const GROUPS = 200;
/** A worker is killed when it has sent so many, at most. */
const MOST_SENT = 16;
const BEGINNINGS = ['first', 'new alerts', 'resolved'];

interface Call {
  channel: string;
  /** What a receiver may go by to tell a repetition; null where the service has nothing of the kind. */
  id: string | null;
  subject: string;
}

describe.each(stores())('on $name', ({ make }) => {
  test(`${KILLS} times kill -9 among deliveries: nothing is lost, and what comes twice says so`, {
    timeout: 300_000,
  }, async ({ annotate }) => {
    const empty = await make();
    const store = await openStore(empty.location);
    const calls: Call[] = [];
    let onCall = () => {};
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const channel = request.url === '/slack' ? 'slack' : 'hook';
        const id = channel === 'hook' ? String(request.headers['webhook-id']) : null;
        calls.push({ channel, id, subject: /group \d+ [a-z ]+/.exec(body)?.[0] ?? body });
        onCall();
        setTimeout(() => response.end('ok'), 5); // time in which the worker dies without having heard
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const channels = [
      { name: 'hook', type: 'webhook', url: `${origin}/hook` },
      { name: 'slack', type: 'slack', url: `${origin}/slack` },
    ];
    const outbox = openOutbox({ store, clock: systemClock, channels });
    const expected: string[] = [];
    const send = async (group: number, reason: string) => {
      const subject = `group ${group} ${reason}`;
      for (const { name } of channels) {
        await outbox.send(`${name}-${subject}`, name, said(subject, reason), `g${group}`);
        expected.push(`${name} ${subject}`);
      }
    };
    for (let group = 0; group < GROUPS; group++) for (const reason of BEGINNINGS) await send(group, reason);

    const chance = random(11);
    const worker = async () => {
      const child = await spawnProgram('outbox.ts', [empty.location, JSON.stringify(channels)]);
      await nextMessage(child);
      return child;
    };
    let next = worker();
    let killed = 0;
    for (let start = 0; start < KILLS; start++) {
      const child = await next;
      next = worker(); // gets ready while the other one works
      // Of some groups all is over while the workers come and go: an end must find its beginning.
      await send(start, 'all resolved');
      let left = 1 + Math.floor(chance() * MOST_SENT);
      child.send('go');
      const end = nextMessage<string>(child).catch(() => 'killed');
      onCall = () => {
        left -= 1;
        if (left === 0) child.kill('SIGKILL');
      };
      if ((await end) === 'killed') killed += 1;
      onCall = () => {};
      await kill(child);
    }
    const last = await next;
    last.send('go');
    expect(await nextMessage(last)).toBe('done');
    await kill(last);

    const rows = await store.db.selectFrom('deliveries').select(['id', 'state', 'reason']).execute();
    await store.close();
    await empty.remove();
    server.closeAllConnections();
    server.close();

    expect(killed).toBeGreaterThanOrEqual(KILLS - 5);
    // Nothing is lost. What was superseded belongs to a group whose end came before anything of it had been sent.
    const name = ({ id }: { id: string }) => id.replace('-', ' ');
    const superseded = new Set(rows.filter(({ state }) => state === 'superseded').map(name));
    for (const row of rows)
      expect([row.id, row.state]).toEqual([row.id, superseded.has(name(row)) ? 'superseded' : 'sent']);
    expect(rows.map(name).sort()).toEqual(expected.sort());
    const came = new Set(calls.map(({ channel, subject }) => `${channel} ${subject}`));
    expect([...came].sort()).toEqual(expected.filter((one) => !superseded.has(one)).sort());
    // What was begun has its end.
    for (const one of came) {
      const end = one.replace(/(first|new alerts)$/, 'all resolved');
      if (expected.includes(end)) expect(came).toContain(end);
    }
    // In order: the first coming of each message of a group is after that of the one before.
    const firsts = [...came];
    for (const end of firsts.filter((one) => one.endsWith(' all resolved'))) {
      const order = [...BEGINNINGS, 'all resolved'].map((reason) =>
        firsts.indexOf(end.replace('all resolved', reason)),
      );
      const sent = order.filter((place) => place >= 0);
      expect(sent).toEqual([...sent].sort((a, b) => a - b));
    }
    // Twice comes only what a worker took down with it, and under the same id, where there is one.
    const hooks = calls.filter(({ id }) => id !== null);
    const ids = new Map(hooks.map(({ id, subject }) => [id, subject]));
    for (const { id, subject } of hooks) expect(ids.get(id)).toBe(subject);
    const twice = (channel: string) => {
      const own = calls.filter((call) => call.channel === channel);
      return own.length - new Set(own.map(({ subject }) => subject)).size;
    };
    expect(twice('hook') + twice('slack')).toBeLessThan(KILLS * MOST_SENT);
    await annotate(
      `${killed} kills, ${rows.length} messages, none lost; ${twice('hook')} came twice to a receiver that can tell by webhook-id, ` +
        `${twice('slack')} to one that cannot`,
    );
  });
});
