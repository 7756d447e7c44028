import { setTimeout as delay } from 'node:timers/promises';
import { LeewayError } from '@leeway/contract';
import type { Logger } from '../platform/log.ts';
import type { CapturedBatch } from './capture.ts';

/** Stores captures of one model and resolves when they are durable. */
export type StoreCaptures = (model: string, captures: CapturedBatch[]) => Promise<void>;

export interface CaptureQueueOptions {
  /** Rows that may wait; more are dropped. Bounds the memory while the warehouse is away. */
  maxRows: number;
  /** How long a group gathers before it is stored, in milliseconds: fewer, larger inserts leave the processors to requests. */
  gatherMs: number;
  /** Waits before each new attempt to store what could not be stored, in milliseconds; after the last it is dropped. */
  retryAfterMs: readonly number[];
}

const DEFAULTS: CaptureQueueOptions = {
  maxRows: 200_000,
  gatherMs: 50,
  retryAfterMs: [100, 500, 2_000, 5_000, 10_000],
};

/**
 * Captures on their way to the warehouse. Adding never waits: the answer to a caller does not depend on the warehouse. What
 * comes within a moment, or while the group before is being stored, is stored together, one group of a model at a time.
 */
export class CaptureQueue {
  readonly #store: StoreCaptures;
  readonly #log: Logger;
  readonly #options: CaptureQueueOptions;
  readonly #lanes = new Map<string, { waiting: CapturedBatch[]; busy: Promise<void> | null }>();
  /** Aborted by `flush`, to end the gathering. */
  #gathering = new AbortController();
  #queuedRows = 0;
  #droppedRows = 0;

  constructor(store: StoreCaptures, log: Logger, options: Partial<CaptureQueueOptions> = {}) {
    this.#store = store;
    this.#log = log;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Rows not stored yet. */
  get queuedRows(): number {
    return this.#queuedRows;
  }

  /** Rows lost since the start, because too many waited or the warehouse refused them. */
  get droppedRows(): number {
    return this.#droppedRows;
  }

  add(captured: CapturedBatch): void {
    const rows = captured.input.batch.rows;
    if (this.#queuedRows > 0 && this.#queuedRows + rows > this.#options.maxRows) {
      this.#drop(captured.model, rows, `${this.#queuedRows} rows wait already`);
      return;
    }
    this.#queuedRows += rows;
    let lane = this.#lanes.get(captured.model);
    if (!lane) {
      lane = { waiting: [], busy: null };
      this.#lanes.set(captured.model, lane);
    }
    lane.waiting.push(captured);
    lane.busy ??= this.#drain(captured.model);
  }

  /** Resolves when everything that was added is stored or given up. */
  async flush(): Promise<void> {
    this.#gathering.abort();
    for (const lane of this.#lanes.values()) await lane.busy;
    this.#gathering = new AbortController();
  }

  async #drain(model: string): Promise<void> {
    const lane = this.#lanes.get(model)!;
    while (lane.waiting.length > 0) {
      await delay(this.#options.gatherMs, undefined, { signal: this.#gathering.signal }).catch(() => undefined);
      const group = lane.waiting.splice(0);
      const rows = group.reduce((sum, captured) => sum + captured.input.batch.rows, 0);
      await this.#attempt(model, group, rows);
      this.#queuedRows -= rows;
    }
    lane.busy = null;
  }

  async #attempt(model: string, group: CapturedBatch[], rows: number): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#store(model, group);
        return;
      } catch (error) {
        const wait = this.#options.retryAfterMs[attempt];
        if (wait === undefined || !mayPass(error)) {
          this.#drop(model, rows, (error as Error).message);
          return;
        }
        await delay(wait);
      }
    }
  }

  #drop(model: string, rows: number, why: string): void {
    this.#droppedRows += rows;
    this.#log.warn({ model, rows, droppedRows: this.#droppedRows }, `predictions were served but not recorded: ${why}`);
  }
}

/** Whether storing the same rows later can go well: not when the rows themselves are refused. */
function mayPass(error: unknown): boolean {
  return !(error instanceof LeewayError) || error.status >= 500;
}
