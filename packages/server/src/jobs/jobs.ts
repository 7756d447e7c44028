import { type RawBuilder, sql } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { Logger } from '../platform/log.ts';
import { decode, encode } from '../store/json.ts';
import type { OpenStore, StoreReader, StoreTx } from '../store/open.ts';

export interface Job<P = unknown> {
  id: number;
  kind: string;
  key: string;
  payload: P;
  /** 1 for the first try; waiting by RetryLater is none. */
  attempt: number;
  /** Aborted when the lease is lost or the server stops: what goes on after that is not committed. */
  signal: AbortSignal;
}

/**
 * Does the work of a job and returns what to write. The writes, the deletion of the job and whatever it enqueues commit
 * together, so that a step is done once even if the process dies in it; the work itself must bear being repeated.
 */
export type JobHandler<P> = (job: Job<P>) => Promise<((tx: StoreTx) => Promise<void>) | undefined>;

export interface JobKind<P> {
  handler: JobHandler<P>;
  /** Tries before the job is put aside as dead. */
  maxAttempts: number;
  /** Milliseconds to wait before the next try. */
  backoff(attempt: number, error: unknown): number;
  /**
   * How many of this kind may run at once, beside the others: for those that are many and mostly wait. What those that end
   * together have to write is written together, so that they share the wait for the disk. Default: they share with all.
   */
  concurrency?: number;
  /** Runs when the last try has failed, with the job put aside in the same transaction. */
  onDead?(tx: StoreTx, job: Job<P>, error: unknown): Promise<void>;
}

export interface EnqueueOptions {
  kind: string;
  /** A second job of the same kind and key is not added. */
  key: string;
  payload: unknown;
  /** When it is due, in the time of the domain; now by default. */
  runAt?: number;
  /** Jobs of one lane run one after the other, in the order in which they were added. */
  lane?: string;
}

/** How long a lease holds without a heartbeat, in real milliseconds: it is about processes, not about the domain. */
const LEASE_MS = 30_000;

/** The pool of all kinds that have none of their own. */
const SHARED = '';

export const exponentialBackoff = (firstMs: number, mostMs: number) => (attempt: number) =>
  Math.min(mostMs, firstMs * 2 ** (attempt - 1));

/** Raised inside a job to be looked at again after a time of its own choosing: that is no failed try. */
export class RetryLater extends Error {
  readonly delayMs: number;
  /** Whether something was done, so that failed tries before it count no more. */
  readonly progress: boolean;
  constructor(message: string, delayMs: number, { progress = false } = {}) {
    super(message);
    this.name = 'RetryLater';
    this.delayMs = delayMs;
    this.progress = progress;
  }
}

/** How long jobs that run apart wait for others to be written and taken with, in real milliseconds. */
const TOGETHER_MS = 4;

/** What a job that has ended wants to write. */
interface Waiting {
  write: (tx: StoreTx) => Promise<void>;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Scheduled and queued work that survives kill -9 and is shared between replicas by leases in the store. */
export class Jobs {
  readonly #store: OpenStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #owner = newId('worker');
  readonly #kinds = new Map<string, JobKind<never>>();
  readonly #running = new Map<number, { pool: string; promise: Promise<void>; abort: AbortController }>();
  readonly #concurrency: number;
  readonly #leaseMs: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;
  #ended = 0;

  constructor(options: { store: OpenStore; clock: Clock; log: Logger; concurrency?: number; leaseMs?: number }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#concurrency = options.concurrency ?? 4;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  define<P>(kind: string, definition: JobKind<P>): void {
    if (this.#kinds.has(kind)) throw new Error(`job kind "${kind}" is defined twice`);
    this.#kinds.set(kind, definition as unknown as JobKind<never>);
  }

  /** Adds a job with the change that asks for it: pass the transaction. Tells whether it was new. */
  async enqueue(db: StoreReader, options: EnqueueOptions): Promise<boolean> {
    const inserted = await db
      .insertInto('jobs')
      .values({
        kind: options.kind,
        key: options.key,
        lane: options.lane ?? null,
        payload: encode(options.payload),
        runAt: options.runAt ?? this.#clock.now(),
        attempts: 0,
        state: 'queued',
        leaseOwner: null,
        leaseUntil: null,
        error: null,
      })
      .onConflict((c) => c.columns(['kind', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted) setImmediate(() => this.#poll([this.#apart().includes(options.kind) ? options.kind : SHARED]));
    return inserted !== undefined;
  }

  /** What a job waits for has come: it is due now. */
  async hasten(tx: StoreTx, kind: string, key: string): Promise<void> {
    const runAt = this.#clock.now();
    await tx
      .updateTable('jobs')
      .set({ runAt })
      .where('kind', '=', kind)
      .where('key', '=', key)
      .where('state', '=', 'queued')
      .where('runAt', '>', runAt)
      .execute();
  }

  /**
   * Takes back every lease: whoever holds one is gone. Only where no other process can be at work on this store, so that
   * what a killed server had in hand goes on at once and not when its lease runs out.
   */
  async takeOver(): Promise<void> {
    await this.#store.db
      .updateTable('jobs')
      .set({ state: 'queued', leaseOwner: null, leaseUntil: null })
      .where('state', '=', 'leased')
      .execute();
  }

  /** Begins to take jobs as they fall due, looking every `pollMs`. */
  start(pollMs = 500): void {
    this.#stopped = false;
    this.#timer = setInterval(() => this.#poll(), pollMs);
    this.#poll();
  }

  /** Takes no more jobs and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const { abort } of this.#running.values()) abort.abort(new Error('the server stops'));
    await Promise.allSettled([...this.#running.values()].map((run) => run.promise));
  }

  /** Runs all that is due now, and what that makes due, until nothing is. For stories under a clock turned by hand. */
  async drain(): Promise<void> {
    for (;;) {
      const ended = this.#ended;
      await this.#takeBack();
      while (await this.#takeSome(undefined, 1)) {
        // each turn takes one of each pool and lets it run, the earliest first: so that a clock that leaps plays the same each time
      }
      // A job that ended while another was looked for may have added one.
      if (this.#running.size === 0 && ended === this.#ended) return;
      if (this.#running.size > 0) await Promise.race([...this.#running.values()].map((run) => run.promise));
    }
  }

  #polling = false;
  /** Pools in which room was made while others were looked at. */
  readonly #again = new Set<string>();

  /** Looks for work: in all pools, or in those in which room was made. */
  async #poll(pools?: string[]): Promise<void> {
    for (const pool of pools ?? [SHARED, ...this.#apart()]) this.#again.add(pool);
    if (this.#stopped || this.#polling) return;
    this.#polling = true;
    try {
      if (pools === undefined) await this.#takeBack();
      while (!this.#stopped && this.#again.size > 0) {
        const now = [...this.#again];
        this.#again.clear();
        if (await this.#takeSome(now)) for (const pool of now) this.#again.add(pool);
        // With an embedded store all of this may pass without the loop of events having had a turn.
        await new Promise((turn) => setImmediate(turn));
      }
    } catch (error) {
      this.#log.error({ err: error }, 'could not look for jobs');
    } finally {
      this.#polling = false;
    }
  }

  /**
   * Runs one job at once, due or not, and gives back when its try is over. Tells false if there is none that is free: done
   * already, or in the hands of somebody else.
   */
  async runNow(kind: string, key: string): Promise<boolean> {
    const [job] = await this.#claim(sql`j.kind = ${kind} and j.key = ${key}`, 1, Number.MAX_SAFE_INTEGER);
    if (!job) return false;
    await this.#begin(job, `now ${job.id}`);
    return true;
  }

  /** The kinds that run apart from the others, each a pool of its own. */
  #apart(): string[] {
    return [...this.#kinds].flatMap(([kind, { concurrency }]) => (concurrency === undefined ? [] : [kind]));
  }

  /** Takes as many due jobs as there is room for, and lets them run. Tells whether there was one. */
  async #takeSome(pools: string[] = [SHARED, ...this.#apart()], most = Number.POSITIVE_INFINITY): Promise<boolean> {
    let taken = 0;
    for (const pool of pools) {
      const limit = this.#kinds.get(pool)?.concurrency ?? this.#concurrency;
      const room = Math.min(most, limit - [...this.#running.values()].filter((run) => run.pool === pool).length);
      if (room <= 0) continue;
      const apart = this.#apart();
      const others = apart.length === 0 ? sql`1 = 1` : sql`j.kind not in (${sql.join(apart)})`;
      const jobs = await this.#claim(pool === SHARED ? others : sql`j.kind = ${pool}`, room, this.#clock.now());
      for (const job of jobs) void this.#begin(job, pool);
      taken += jobs.length;
    }
    return taken > 0;
  }

  /** A lease that ran out: its owner is gone, and whoever comes may take the job. */
  async #takeBack(): Promise<void> {
    await this.#store.db
      .updateTable('jobs')
      .set({ state: 'queued', leaseOwner: null, leaseUntil: null })
      .where('state', '=', 'leased')
      .where('leaseUntil', '<', Date.now())
      .execute();
  }

  #begin(job: Omit<Job, 'signal'>, pool: string): Promise<void> {
    const abort = new AbortController();
    const promise = this.#run({ ...job, signal: abort.signal }, abort).finally(() => {
      this.#running.delete(job.id);
      this.#ended += 1;
      if (pool === SHARED) setImmediate(() => this.#poll([pool]));
      else setTimeout(() => this.#poll([pool]), TOGETHER_MS);
    });
    this.#running.set(job.id, { pool, promise, abort });
    return promise;
  }

  async #claim(kinds: RawBuilder<unknown>, most: number, due: number): Promise<Omit<Job, 'signal'>[]> {
    const now = Date.now();
    const skipLocked = this.#store.dialect === 'postgres' ? sql`for update skip locked` : sql``;
    // A lane is taken in the order of ids: its head holds back the rest until it is done, even between tries.
    const { rows } = await sql<{
      id: number;
      kind: string;
      key: string;
      payload: string;
      attempts: number;
      runAt: number;
    }>`
      with due as materialized (
        select j.id from jobs j
        where j.state = 'queued' and j.run_at <= ${due} and ${kinds}
          and (j.lane is null or not exists (
            select 1 from jobs h where h.lane = j.lane and h.id < j.id and h.state in ('queued', 'leased')))
        order by j.run_at, j.id limit ${most} ${skipLocked})
      update jobs set state = 'leased', lease_owner = ${this.#owner}, lease_until = ${now + this.#leaseMs}, attempts = attempts + 1
      where id in (select id from due)
      returning id, kind, key, payload, attempts, run_at`.execute(this.#store.db);
    return rows
      .sort((a, b) => a.runAt - b.runAt || a.id - b.id)
      .map((row) => ({
        id: row.id,
        kind: row.kind,
        key: row.key,
        payload: decode(row.payload),
        attempt: row.attempts,
      }));
  }

  async #run(job: Job, abort: AbortController): Promise<void> {
    const kind = this.#kinds.get(job.kind);
    const heartbeat = setInterval(() => this.#heartbeat(job, abort), this.#leaseMs / 3);
    try {
      if (!kind) throw new Error(`no such kind of job: ${job.kind}`);
      // A failed last try puts a job aside; one that is still here took its process down with it, every time.
      if (job.attempt > kind.maxAttempts) throw new Error('the process ended in the midst of every try');
      const write = await kind.handler(job as never);
      const finish = async (tx: StoreTx) => {
        await this.#release(tx, job);
        await write?.(tx);
      };
      await this.#write(kind, finish);
    } catch (error) {
      if (this.#stopped && job.signal.aborted) await this.#giveBack(job);
      else await this.#failed(job, kind, error);
    } finally {
      clearInterval(heartbeat);
    }
  }

  readonly #waiting: Waiting[] = [];
  #writing = false;

  /** Commits what a job has to write; see JobKind.concurrency. */
  async #write(kind: JobKind<never> | undefined, write: (tx: StoreTx) => Promise<void>): Promise<void> {
    if (kind?.concurrency === undefined) await this.#store.db.transaction().execute(write);
    else await this.#writeTogether(write);
  }

  /** Commits with whatever else comes while the disk is busy. If one of them fails, each is tried by itself. */
  async #writeTogether(write: (tx: StoreTx) => Promise<void>): Promise<void> {
    const written = new Promise<void>((done, failed) => void this.#waiting.push({ write, done, failed }));
    if (!this.#writing) {
      this.#writing = true;
      // A moment, so that what ends in it comes along.
      setTimeout(async () => {
        while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0));
        this.#writing = false;
      }, TOGETHER_MS);
    }
    return written;
  }

  async #writeBatch(batch: Waiting[]): Promise<void> {
    try {
      await this.#store.db.transaction().execute(async (tx) => {
        for (const { write } of batch) await write(tx);
      });
      for (const { done } of batch) done();
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error);
      else for (const one of batch) await this.#writeBatch([one]);
    }
  }

  /** Deletes the job, unless another has taken it over: then nothing of this try may be written. */
  async #release(tx: StoreTx, job: Job): Promise<void> {
    const deleted = await tx
      .deleteFrom('jobs')
      .where('id', '=', job.id)
      .where('leaseOwner', '=', this.#owner)
      .returning('id')
      .executeTakeFirst();
    if (!deleted) throw new Error(`the lease of job ${job.kind} ${job.key} was lost`);
  }

  async #heartbeat(job: Job, abort: AbortController): Promise<void> {
    try {
      const kept = await this.#store.db
        .updateTable('jobs')
        .set({ leaseUntil: Date.now() + this.#leaseMs })
        .where('id', '=', job.id)
        .where('leaseOwner', '=', this.#owner)
        .returning('id')
        .executeTakeFirst();
      if (!kept) abort.abort(new Error('the lease was lost'));
    } catch (error) {
      this.#log.warn({ err: error, job: job.kind }, 'heartbeat failed');
    }
  }

  /** The server stops in the midst of a job: the next one to come may take it at once. */
  async #giveBack(job: Job): Promise<void> {
    await this.#store.db
      .updateTable('jobs')
      .set({ state: 'queued', leaseOwner: null, leaseUntil: null, attempts: job.attempt - 1 })
      .where('id', '=', job.id)
      .where('leaseOwner', '=', this.#owner)
      .execute();
  }

  async #failed(job: Job, kind: JobKind<never> | undefined, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const later = error instanceof RetryLater;
    const dead = !later && (!kind || job.attempt >= kind.maxAttempts);
    const about = { job: job.kind, key: job.key, attempt: job.attempt };
    if (later) this.#log.debug({ ...about, delayMs: error.delayMs }, `job waits: ${message}`);
    else this.#log[dead ? 'error' : 'warn']({ err: error, ...about }, 'job failed');
    const delay = later ? error.delayMs : (kind?.backoff(job.attempt, error) ?? 0);
    try {
      await this.#write(kind, async (tx) => {
        const kept = await tx
          .updateTable('jobs')
          .set({
            state: dead ? 'dead' : 'queued',
            runAt: this.#clock.now() + delay,
            attempts: later ? (error.progress ? 0 : job.attempt - 1) : job.attempt,
            leaseOwner: null,
            leaseUntil: null,
            error: message,
          })
          .where('id', '=', job.id)
          .where('leaseOwner', '=', this.#owner)
          .returning('id')
          .executeTakeFirst();
        if (kept && dead) await kind?.onDead?.(tx, job as never, error);
      });
    } catch (writeError) {
      this.#log.error({ err: writeError, job: job.kind }, 'could not record that a job failed; its lease will run out');
    }
  }
}
