import type { Environment } from './environment.ts';
import { LeewayClientError } from './errors.ts';
import { LineQueue } from './line-queue.ts';
import { atLeast } from './options.ts';
import { decideRetry, type RetryPolicy } from './retry.ts';
import { encode, type Request, sendLines } from './rows.ts';

export interface RecorderOptions {
  /** Rows that are sent together at most; so many waiting rows are sent at once. Default 1,000. */
  maxRows?: number;
  /** Milliseconds that a row waits for company at most. Default 1,000. */
  maxWaitMs?: number;
  /** Rows that may wait, beside those on their way, while the server does not take them; beyond it the oldest are dropped. Default 100,000. */
  maxQueuedRows?: number;
  /** The columns of the model that hold id and time. Default `id` and `time`. */
  idColumn?: string;
  timeColumn?: string;
  /**
   * Told of every attempt that failed and of every row lost; `lost` is 0 while the rows are still held. It is never called from
   * `record()`. Default: a warning on the console, once a minute at most.
   */
  onError?: (error: LeewayClientError, lost: number) => void;
}

/** What became of the recorded rows; `queued` are still to be sent. */
export interface RecorderCounts {
  queued: number;
  accepted: number;
  duplicates: number;
  /** Refused by the server one by one, and kept there in quarantine. */
  rejected: number;
  /** Lost: beyond the cap, refused as a whole, not JSON, or still unsent when the recorder was closed. */
  dropped: number;
}

/** Rows are held until the server takes them or the cap is reached. */
const PATIENCE: RetryPolicy = { attempts: Infinity, baseMs: 500, mostMs: 30_000, mostRetryAfterMs: Infinity };
const MOST_WAIT_MS = 300_000;
/** A request that makes the server fail so often in a row is given up, so that it does not hold up those behind it. */
const MOST_SERVER_FAILURES = 5;

/**
 * Collects predictions and sends them in the background. `record()` costs one JSON.stringify, never waits and never throws; what
 * goes wrong shows in `counts` and `onError`. A row's id and time are settled when it is recorded, so an attempt that is
 * repeated stores nothing twice.
 */
export class Recorder {
  readonly model: string;
  readonly #request: Request;
  readonly #environment: Environment;
  readonly #options: Required<Omit<RecorderOptions, 'onError'>>;
  readonly #onError: (error: LeewayClientError, lost: number) => void;
  readonly #queue = new LineQueue();
  readonly #counts = { accepted: 0, duplicates: 0, rejected: 0, dropped: 0 };
  /** Lost within `record()`, still to be told. */
  readonly #untold = new Map<string, { error: LeewayClientError; lost: number }>();
  /** Waiting rows, from the oldest on, that are sent without more company. */
  #due = 0;
  #inFlight = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  /** Who waits for nothing to be due. */
  #waiting: (() => void)[] = [];
  /** Cuts a wait between attempts short. */
  #hurry = new AbortController();
  /** Ends whatever is under way. */
  readonly #end = new AbortController();
  #closed: Promise<boolean> | undefined;

  /** Made by `leeway.recorder(model)`. */
  constructor(model: string, options: RecorderOptions, request: Request, environment: Environment) {
    const maxQueuedRows = atLeast(1, 'maxQueuedRows', options.maxQueuedRows ?? 100_000);
    this.model = model;
    this.#request = request;
    this.#environment = environment;
    this.#onError = options.onError ?? warnAtTimes(model, environment.now);
    this.#options = {
      maxRows: Math.min(maxQueuedRows, atLeast(1, 'maxRows', options.maxRows ?? 1_000)),
      maxWaitMs: atLeast(0, 'maxWaitMs', options.maxWaitMs ?? 1_000),
      maxQueuedRows,
      idColumn: options.idColumn ?? 'id',
      timeColumn: options.timeColumn ?? 'time',
    };
  }

  get counts(): RecorderCounts {
    return { queued: this.#queue.size + this.#inFlight, ...this.#counts };
  }

  /** Takes a prediction and answers its id, which the label will need; makes one, and the time, where the row has none. */
  record(row: object): string {
    const { idColumn, timeColumn, maxRows, maxWaitMs } = this.#options;
    const { newId, now } = this.#environment;
    let id = '';
    try {
      const given = row as Record<string, unknown>;
      id = String(given[idColumn] ?? '') || newId();
      const time = given[timeColumn] ?? now();
      // Id and time come first, and then once more where the row has them empty: V8 is slow in adding members to a copy.
      const settled: Record<string, unknown> = { [idColumn]: id, [timeColumn]: time, ...given };
      settled[idColumn] = id;
      settled[timeColumn] = time;
      const line = encode(settled, `row ${id}`);
      if (this.#closed)
        this.#lose(new LeewayClientError('recorder_closed', `a row for ${this.model} came too late`), 1);
      else this.#queue.push(line);
    } catch (thrown) {
      this.#lose(thrown instanceof LeewayClientError ? thrown : new LeewayClientError('bad_row', String(thrown)), 1);
    }
    this.#trim();
    if (this.#queue.size >= maxRows || this.#untold.size > 0) this.#start();
    else this.#timer ??= setTimeout(() => this.#sendAll(), maxWaitMs);
    return id || newId();
  }

  /**
   * Sends what waits now, without the rest of a back-off unless the server asked for it. Resolves to true when nothing waits
   * any more, to false when the time was not enough; never rejects.
   */
  async flush(timeoutMs = 10_000): Promise<boolean> {
    this.#hurry.abort();
    this.#hurry = new AbortController();
    this.#sendAll();
    if (this.#isIdle()) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** Takes no more rows, gives those that wait the time to be sent, and drops the rest. Resolves as `flush` does. */
  close(timeoutMs = 5_000): Promise<boolean> {
    this.#closed ??= this.#close(timeoutMs);
    return this.#closed;
  }

  async #close(timeoutMs: number): Promise<boolean> {
    const done = await this.flush(timeoutMs);
    const late = new LeewayClientError(
      'recorder_closed',
      `rows for ${this.model} were not sent within ${timeoutMs} ms`,
    );
    this.#end.abort(late);
    this.#hurry.abort();
    await this.#running;
    if (this.#queue.size > 0) this.#lose(late, this.#queue.drop(this.#queue.size));
    this.#tell();
    return done;
  }

  #sendAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = this.#queue.size;
    if (this.#due > 0) this.#start();
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#queue.size > 0 && !this.#closed)
        this.#timer ??= setTimeout(() => this.#sendAll(), this.#options.maxWaitMs);
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // nothing is told or sent from within record()
    const { random, sleep } = this.#environment;
    const { signal } = this.#end;
    let attempt = 1;
    let serverFailures = 0;
    while (!signal.aborted) {
      this.#tell();
      const lines = this.#take();
      if (lines.length === 0) break;
      const failure = await this.#send(lines, signal);
      this.#inFlight = 0;
      if (failure?.status === 500) serverFailures += 1;
      const wait =
        failure && serverFailures < MOST_SERVER_FAILURES ? decideRetry(failure, attempt, PATIENCE, random) : null;
      if (failure && wait !== null) {
        attempt += 1;
        this.#putBack(lines);
        this.#report(failure, 0);
        await sleep(Math.min(wait, MOST_WAIT_MS), failure.retryAfterMs === null ? this.#hurry.signal : signal, false);
        continue;
      }
      attempt = 1;
      serverFailures = 0;
      if (failure) this.#lose(failure, lines.length);
      this.#settle();
    }
    this.#tell();
  }

  /** The next rows to send: as many as go together, or those that waited long enough. */
  #take(): string[] {
    const { maxRows } = this.#options;
    const lines = this.#queue.take(this.#queue.size >= maxRows ? maxRows : this.#due);
    this.#due = Math.max(0, this.#due - lines.length);
    this.#inFlight = lines.length;
    return lines;
  }

  #putBack(lines: string[]): void {
    this.#queue.putBack(lines);
    this.#due += lines.length;
    this.#trim();
  }

  async #send(lines: string[], signal: AbortSignal): Promise<LeewayClientError | null> {
    try {
      const { accepted, duplicates, rejected } = await sendLines(
        this.#request,
        this.model,
        'predictions',
        lines,
        signal,
      );
      this.#counts.accepted += accepted;
      this.#counts.duplicates += duplicates;
      this.#counts.rejected += rejected.length;
      if (rejected.length > 0) {
        const detail = `${rejected.length} of ${lines.length} rows for ${this.model}, the first: ${rejected[0]!.message}`;
        this.#report(new LeewayClientError('rows_rejected', detail, { status: 200, rejected }), rejected.length);
      }
      return null;
    } catch (thrown) {
      if (thrown instanceof LeewayClientError) return thrown;
      return new LeewayClientError('bad_answer', String(thrown), { cause: thrown });
    }
  }

  /** Drops the oldest rows beyond the cap. */
  #trim(): void {
    const excess = this.#queue.size - this.#options.maxQueuedRows;
    if (excess <= 0) return;
    const dropped = this.#queue.drop(excess);
    this.#due = Math.max(0, this.#due - dropped);
    const detail = `more than ${this.#options.maxQueuedRows} rows wait for ${this.model}; the oldest were dropped`;
    this.#lose(new LeewayClientError('queue_full', detail), dropped);
  }

  #lose(error: LeewayClientError, rows: number): void {
    this.#counts.dropped += rows;
    const lost = (this.#untold.get(error.code)?.lost ?? 0) + rows;
    this.#untold.set(error.code, { error, lost });
  }

  #tell(): void {
    for (const { error, lost } of this.#untold.values()) this.#report(error, lost);
    this.#untold.clear();
  }

  /** A listener that fails must not end the recorder, nor the process. */
  #report(error: LeewayClientError, lost: number): void {
    try {
      const given: unknown = this.#onError(error, lost);
      if (given instanceof Promise) given.catch(() => {});
    } catch {
      // its own affair
    }
  }

  #isIdle(): boolean {
    return this.#due === 0 && this.#inFlight === 0;
  }

  #settle(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** The default listener: a warning, once a minute at most. */
function warnAtTimes(model: string, now: () => number): (error: LeewayClientError, lost: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  let lostSince = 0;
  return (error, lost) => {
    lostSince += lost;
    if (now() - last < 60_000) return;
    last = now();
    console.warn(`leeway: recorder of ${model}: ${error.message} (${lostSince} rows lost). ${error.remedy}`);
    lostSince = 0;
  };
}
