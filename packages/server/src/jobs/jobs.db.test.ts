import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import { type OpenStore, openStore } from '../store/open.ts';
import { START } from '../testing/models.ts';
import { type EmptyStore, stores } from '../testing/stores.ts';
import { exponentialBackoff, type Job, Jobs, RetryLater } from './jobs.ts';

const MINUTE = 60_000;

describe.each(stores())('on $name', ({ make }) => {
  let empty: EmptyStore;
  let store: OpenStore;
  let clock: ManualClock;
  /** What was done, in order. */
  let done: string[];
  beforeEach(async () => {
    empty = await make();
    store = await openStore(empty.location);
    clock = new ManualClock(START);
    done = [];
  });
  afterEach(async () => {
    await store.close();
    await empty.remove();
  });

  const worker = (options: { store?: OpenStore; concurrency?: number; leaseMs?: number } = {}) =>
    new Jobs({ store, clock, log: pino({ level: 'silent' }), ...options });
  const rows = () => store.db.selectFrom('jobs').selectAll().orderBy('id').execute();
  const effects = async () =>
    (await store.db.selectFrom('events').select('name').orderBy('id').execute()).map(({ name }) => name);
  const effect = (name: string) => async (tx: OpenStore['db']) => {
    await tx.insertInto('events').values({ at: 0, name, model: null, data: '{}' }).execute();
  };

  test('a job of the same kind and key is there once, until it is done', async () => {
    const jobs = worker();
    jobs.define('a', {
      maxAttempts: 1,
      backoff: () => 0,
      handler: async ({ key }) => void done.push(key) as undefined,
    });
    expect(await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 1 })).toBe(true);
    expect(await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 2 })).toBe(false);
    expect(await jobs.enqueue(store.db, { kind: 'a', key: 'y', payload: 1 })).toBe(true);
    await jobs.drain();
    expect(done.sort()).toEqual(['x', 'y']);
    expect(await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 3 })).toBe(true);
  });

  test('a job may ask for the next one under its own key', async () => {
    const jobs = worker();
    jobs.define<number>('a', {
      maxAttempts: 1,
      backoff: () => 0,
      handler:
        async ({ payload }) =>
        async (tx) => {
          await effect(`run ${payload}`)(tx);
          if (payload < 3) await jobs.enqueue(tx, { kind: 'a', key: 'x', payload: payload + 1 });
        },
    });
    await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 1 });
    await jobs.drain();
    expect(await effects()).toEqual(['run 1', 'run 2', 'run 3']);
  });

  test('a job that is asked for in a transaction that fails was never asked for', async () => {
    const jobs = worker();
    const failed = store.db.transaction().execute(async (tx) => {
      await jobs.enqueue(tx, { kind: 'a', key: 'x', payload: 1 });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await rows()).toEqual([]);
  });

  test('jobs run when they fall due, those due first first', async () => {
    const jobs = worker({ concurrency: 1 });
    jobs.define('a', {
      maxAttempts: 1,
      backoff: () => 0,
      handler: async ({ key }) => void done.push(key) as undefined,
    });
    for (const [key, after] of [
      ['late', 2],
      ['now', 0],
      ['soon', 1],
    ] as const)
      await jobs.enqueue(store.db, { kind: 'a', key, payload: 0, runAt: START + after * MINUTE });
    await jobs.drain();
    expect(done).toEqual(['now']);
    clock.advance(2 * MINUTE);
    await jobs.drain();
    expect(done).toEqual(['now', 'soon', 'late']);
  });

  test('jobs of a lane run one after the other in their order, whenever they fall due; other lanes go on', async () => {
    const jobs = worker();
    let running = 0;
    jobs.define<{ fail?: number }>('a', {
      maxAttempts: 5,
      backoff: () => MINUTE,
      handler: async ({ key, payload, attempt }) => {
        if (key.startsWith('one')) {
          running += 1;
          await new Promise((resolve) => setImmediate(resolve));
          expect(running).toBe(1);
          running -= 1;
        }
        if (attempt <= (payload.fail ?? 0)) throw new Error('not yet');
        done.push(key);
        return undefined;
      },
    });
    const add = (key: string, lane: string, payload = {}, runAt = START) =>
      jobs.enqueue(store.db, { kind: 'a', key, lane, payload, runAt });
    await add('one/1', 'one', { fail: 2 });
    await add('one/2', 'one', {}, START - MINUTE);
    await add('two/1', 'two');
    await add('one/3', 'one');
    await jobs.drain();
    expect(done).toEqual(['two/1']); // the head of lane one waits for its next try and holds the rest back
    clock.advance(MINUTE);
    await jobs.drain();
    expect(done).toEqual(['two/1']);
    clock.advance(MINUTE);
    await jobs.drain();
    expect(done).toEqual(['two/1', 'one/1', 'one/2', 'one/3']);
  });

  test('a dead job does not hold its lane', async () => {
    const jobs = worker();
    jobs.define('a', {
      maxAttempts: 1,
      backoff: () => 0,
      handler: async ({ key }) => {
        if (key === '1') throw new Error('broken');
        done.push(key);
        return undefined;
      },
    });
    for (const key of ['1', '2']) await jobs.enqueue(store.db, { kind: 'a', key, lane: 'one', payload: 0 });
    await jobs.drain();
    expect(done).toEqual(['2']);
    expect((await rows()).map(({ key, state, error }) => ({ key, state, error }))).toEqual([
      { key: '1', state: 'dead', error: 'broken' },
    ]);
  });

  describe('tries', () => {
    const cases: {
      name: string;
      outcomes: ('fail' | 'later' | 'ok')[];
      tries: number[];
      at: number[];
      end: 'done' | 'dead';
    }[] = [
      { name: 'right at once', outcomes: ['ok'], tries: [1], at: [0], end: 'done' },
      {
        name: 'the waiting time doubles up to a most',
        outcomes: ['fail', 'fail', 'fail', 'ok'],
        tries: [1, 2, 3, 4],
        at: [0, 1, 3, 6],
        end: 'done',
      },
      {
        name: 'dead after the last try',
        outcomes: ['fail', 'fail', 'fail', 'fail'],
        tries: [1, 2, 3, 4],
        at: [0, 1, 3, 6],
        end: 'dead',
      },
      {
        name: 'to wait is no failed try',
        outcomes: ['later', 'later', 'later', 'later', 'later', 'ok'],
        tries: [1, 1, 1, 1, 1, 1],
        at: [0, 2, 4, 6, 8, 10],
        end: 'done',
      },
      {
        name: 'failures count on over waits',
        outcomes: ['fail', 'later', 'fail', 'fail', 'fail'],
        tries: [1, 2, 2, 3, 4],
        at: [0, 1, 3, 5, 8],
        end: 'dead',
      },
    ];
    test.each(cases)('$name', async ({ outcomes, tries, at, end }) => {
      const jobs = worker();
      const seen: { attempt: number; minute: number }[] = [];
      jobs.define('a', {
        maxAttempts: 4,
        backoff: exponentialBackoff(MINUTE, 3 * MINUTE),
        handler: async ({ attempt }) => {
          const outcome = outcomes[seen.length];
          seen.push({ attempt, minute: (clock.now() - START) / MINUTE });
          if (outcome === 'fail') throw new Error('failed');
          if (outcome === 'later') throw new RetryLater('wait', 2 * MINUTE);
          return effect('ok');
        },
        onDead: async (tx, job, error) => effect(`dead at ${job.attempt}: ${(error as Error).message}`)(tx),
      });
      await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 0 });
      for (let minute = 0; minute < 30; minute++) {
        await jobs.drain();
        clock.advance(MINUTE);
      }
      expect(seen.map(({ attempt }) => attempt)).toEqual(tries);
      expect(seen.map(({ minute }) => minute)).toEqual(at);
      expect(await effects()).toEqual([end === 'done' ? 'ok' : 'dead at 4: failed']);
      expect((await rows()).map(({ state }) => state)).toEqual(end === 'done' ? [] : ['dead']);
    });

    test('writes of a try that fails in its transaction are not there', async () => {
      const jobs = worker();
      jobs.define('a', {
        maxAttempts: 2,
        backoff: () => 0,
        handler:
          async ({ attempt }) =>
          async (tx) => {
            await effect(`try ${attempt}`)(tx);
            if (attempt === 1) throw new Error('half way');
          },
      });
      await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 0 });
      await jobs.drain();
      expect(await effects()).toEqual(['try 2']);
    });

    test('a kind that nobody knows dies at once', async () => {
      const jobs = worker();
      await jobs.enqueue(store.db, { kind: 'unknown', key: 'x', payload: 0 });
      await jobs.drain();
      expect(await rows()).toMatchObject([{ state: 'dead', error: 'no such kind of job: unknown' }]);
    });

    test('a job that takes its process down each time is put aside, not tried for ever', async () => {
      const jobs = worker();
      jobs.define('a', {
        maxAttempts: 3,
        backoff: () => 0,
        handler: async () => void done.push('ran') as undefined,
        onDead: (tx, _job, error) => effect((error as Error).message)(tx),
      });
      await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 0 });
      // As three processes leave it that were killed in it.
      await store.db
        .updateTable('jobs')
        .set({ state: 'leased', leaseOwner: 'gone', leaseUntil: 1, attempts: 3 })
        .execute();
      await jobs.drain();
      expect(done).toEqual([]);
      expect(await effects()).toEqual(['the process ended in the midst of every try']);
    });
  });

  test('when the lease was lost, nothing is written and nobody is disturbed', async () => {
    const jobs = worker();
    let first = true;
    jobs.define('a', {
      maxAttempts: 2,
      backoff: () => 0,
      handler: async () => {
        if (first)
          await store.db
            .updateTable('jobs')
            .set({ leaseOwner: 'another', leaseUntil: Date.now() + 60_000 })
            .execute();
        first = false;
        return effect('written');
      },
    });
    await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 0 });
    await jobs.drain();
    expect(await effects()).toEqual([]);
    expect(await rows()).toMatchObject([{ state: 'leased', leaseOwner: 'another', attempts: 1 }]);
  });

  test('a lease that ran out is taken over, and its late owner writes nothing', async () => {
    const [slow, quick] = [worker(), worker()];
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let began = () => {};
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const define = (jobs: Jobs, name: string, wait: () => Promise<void>) =>
      jobs.define('a', { maxAttempts: 3, backoff: () => 0, handler: () => wait().then(() => effect(name)) });
    define(slow, 'slow', () => {
      began();
      return held;
    });
    define(quick, 'quick', async () => {});
    await slow.enqueue(store.db, { kind: 'a', key: 'x', payload: 0 });
    const slowly = slow.drain();
    await begun;
    await quick.drain();
    expect(await effects()).toEqual([]); // its lease holds
    await store.db
      .updateTable('jobs')
      .set({ leaseUntil: Date.now() - 1 })
      .execute();
    await quick.drain();
    letGo();
    await slowly;
    expect(await effects()).toEqual(['quick']);
    expect(await rows()).toEqual([]);
  });

  test('workers share the jobs and do none twice', async () => {
    // One process has one connection to a SQLite file; on PostgreSQL each worker has a pool of its own.
    const own = store.dialect === 'postgres';
    const others = await Promise.all([1, 2].map(() => (own ? openStore(empty.location) : store)));
    const workers = [store, ...others].map((of) => worker({ store: of }));
    for (const [i, jobs] of workers.entries()) {
      jobs.define('a', {
        maxAttempts: 1,
        backoff: () => 0,
        handler: async ({ key }) => {
          done.push(`${i}`);
          return effect(key);
        },
      });
    }
    const keys = Array.from({ length: 120 }, (_, i) => `job ${String(i).padStart(3, '0')}`);
    for (const key of keys) await workers[0]!.enqueue(store.db, { kind: 'a', key, payload: 0 });
    await Promise.all(workers.map((jobs) => jobs.drain()));
    expect((await effects()).sort()).toEqual(keys);
    expect(new Set(done).size).toBe(3);
    if (own) await Promise.all(others.map((other) => other.close()));
  });

  test('to stop gives a job back at once, as if it had not been begun', async () => {
    const jobs = worker();
    const begun = new Promise<Job>((resolve) => {
      jobs.define('a', {
        maxAttempts: 3,
        backoff: () => 60_000,
        handler: (job) =>
          new Promise((_, reject) => {
            job.signal.addEventListener('abort', () => reject(job.signal.reason));
            resolve(job);
          }),
      });
    });
    await jobs.enqueue(store.db, { kind: 'a', key: 'x', payload: 0 });
    jobs.start(5);
    expect((await begun).attempt).toBe(1);
    await jobs.stop();
    expect(await rows()).toMatchObject([
      { state: 'queued', leaseOwner: null, leaseUntil: null, attempts: 0, runAt: START },
    ]);
  });
});
