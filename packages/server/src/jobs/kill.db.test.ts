import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { openStore } from '../store/open.ts';
import { random } from '../testing/models.ts';
import { kill, nextMessage, spawnProgram } from '../testing/spawn.ts';
import { stores } from '../testing/stores.ts';
import { Jobs } from './jobs.ts';

const JOBS = 200;
const KILLS = 8;

describe.each(stores())('on $name', ({ make }) => {
  test(`${JOBS} jobs, each of which asks for another, over ${KILLS} times kill -9: every effect is there once`, async () => {
    const empty = await make();
    const keys = Array.from({ length: JOBS }, (_, i) => String(i).padStart(3, '0'));
    const before = await openStore(empty.location);
    const jobs = new Jobs({ store: before, clock: systemClock, log: pino({ level: 'silent' }) });
    for (const [i, key] of keys.entries())
      await jobs.enqueue(before.db, { kind: 'first', key, payload: 0, ...(i % 3 === 0 ? { lane: 'lane' } : {}) });
    await before.close();

    const chance = random(7);
    let killed = 0;
    for (let start = 0; start < KILLS; start++) {
      const child = await spawnProgram('worker.ts', [empty.location]);
      await nextMessage(child);
      const end = nextMessage<string>(child).catch(() => 'killed');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10 + chance() * 120);
      if ((await end) === 'killed') killed += 1;
      clearTimeout(timer);
      await kill(child);
    }
    const last = await spawnProgram('worker.ts', [empty.location]);
    await nextMessage(last);
    expect(await nextMessage(last)).toBe('done');
    await kill(last);

    const after = await openStore(empty.location);
    const events = await after.db.selectFrom('events').select('name').orderBy('id').execute();
    const left = await after.db.selectFrom('jobs').select('id').execute();
    await after.close();
    await empty.remove();
    expect(killed).toBeGreaterThan(3);
    expect(left).toEqual([]);
    const names = events.map(({ name }) => name);
    const expected = ['first', 'second'].flatMap((kind) =>
      keys.flatMap((key) => [`${kind} ${key} a`, `${kind} ${key} b`]),
    );
    expect([...names].sort()).toEqual(expected.sort());
    const lane = names.filter((name) => /^first .* a$/.test(name) && Number(name.split(' ')[1]) % 3 === 0);
    expect(lane).toEqual([...lane].sort()); // the lane kept its order through all of it
  });
});
