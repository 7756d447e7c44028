import { sql } from 'kysely';
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

export const exponentialBackoff = (firstMs: number, mostMs: number) => (attempt: number) =>
  Math.min(mostMs, firstMs * 2 ** (attempt - 1));

/** Raised inside a job to be looked at again after a time of its own choosing: that is no failed try. */
export class RetryLater extends Error {
  readonly delayMs: number;
  constructor(message: string, delayMs: number) {
    super(message);
    this.name = 'RetryLater';
    this.delayMs = delayMs;
  }
}

/** Scheduled and queued work that survives kill -9 and is shared between replicas by leases in the store. */
export class Jobs {
  readonly #store: OpenStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #owner = newId('worker');
  readonly #kinds = new Map<string, JobKind<never>>();
  readonly #running = new Map<number, { promise: Promise<void>; abort: AbortController }>();
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
    if (inserted) setImmediate(() => this.#poll());
    return inserted !== undefined;
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
      while (this.#running.size < this.#concurrency) {
        if (!(await this.#takeOne())) break;
      }
      // A job that ended while another was looked for may have added one.
      if (this.#running.size === 0 && ended === this.#ended) return;
      if (this.#running.size > 0) await Promise.race([...this.#running.values()].map((run) => run.promise));
    }
  }

  #polling = false;
  async #poll(): Promise<void> {
    if (this.#stopped || this.#polling) return;
    this.#polling = true;
    try {
      while (!this.#stopped && this.#running.size < this.#concurrency && (await this.#takeOne())) {
        // each turn takes one job and lets it run
      }
    } catch (error) {
      this.#log.error({ err: error }, 'could not look for jobs');
    } finally {
      this.#polling = false;
    }
  }

  async #takeOne(): Promise<boolean> {
    const job = await this.#claim();
    if (!job) return false;
    const abort = new AbortController();
    const promise = this.#run({ ...job, signal: abort.signal }, abort).finally(() => {
      this.#running.delete(job.id);
      this.#ended += 1;
      setImmediate(() => this.#poll());
    });
    this.#running.set(job.id, { promise, abort });
    return true;
  }

  async #claim(): Promise<Omit<Job, 'signal'> | undefined> {
    const now = Date.now();
    const skipLocked = this.#store.dialect === 'postgres' ? sql`for update skip locked` : sql``;
    // A lane is taken in the order of ids: its head holds back the rest until it is done, even between tries.
    const { rows } = await sql<{ id: number; kind: string; key: string; payload: string; attempts: number }>`
      update jobs set state = 'leased', lease_owner = ${this.#owner}, lease_until = ${now + this.#leaseMs}, attempts = attempts + 1
      where id = (
        select j.id from jobs j
        where ((j.state = 'queued' and j.run_at <= ${this.#clock.now()}) or (j.state = 'leased' and j.lease_until < ${now}))
          and (j.lane is null or not exists (
            select 1 from jobs h where h.lane = j.lane and h.id < j.id and h.state in ('queued', 'leased')))
        order by j.run_at, j.id limit 1 ${skipLocked})
      returning id, kind, key, payload, attempts`.execute(this.#store.db);
    const row = rows[0];
    return row && { id: row.id, kind: row.kind, key: row.key, payload: decode(row.payload), attempt: row.attempts };
  }

  async #run(job: Job, abort: AbortController): Promise<void> {
    const kind = this.#kinds.get(job.kind);
    const heartbeat = setInterval(() => this.#heartbeat(job, abort), this.#leaseMs / 3);
    try {
      if (!kind) throw new Error(`no such kind of job: ${job.kind}`);
      // A failed last try puts a job aside; one that is still here took its process down with it, every time.
      if (job.attempt > kind.maxAttempts) throw new Error('the process ended in the midst of every try');
      const write = await kind.handler(job as never);
      await this.#store.db.transaction().execute(async (tx) => {
        await this.#release(tx, job);
        await write?.(tx);
      });
    } catch (error) {
      if (this.#stopped && job.signal.aborted) await this.#giveBack(job);
      else await this.#failed(job, kind, error);
    } finally {
      clearInterval(heartbeat);
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
      await this.#store.db.transaction().execute(async (tx) => {
        const kept = await tx
          .updateTable('jobs')
          .set({
            state: dead ? 'dead' : 'queued',
            runAt: this.#clock.now() + delay,
            attempts: later ? job.attempt - 1 : job.attempt,
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
