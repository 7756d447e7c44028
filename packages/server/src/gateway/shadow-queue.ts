import type { Logger } from '../platform/log.ts';
import type { CapturedBatch } from './capture.ts';

/** A request that the champion has answered and shadows are to score. */
export type ShadowRequest = Pick<CapturedBatch, 'model' | 'requestId' | 'at' | 'input'>;

/** Rows scored before the event loop gets its turn. */
const ROWS_PER_TURN = 64;

/** Requests on their way to the shadows. They are served after the answers, and left out when too many wait. */
export class ShadowQueue {
  readonly #score: (request: ShadowRequest) => Promise<void>;
  readonly #log: Logger;
  readonly #maxRows: number;
  #waiting: ShadowRequest[] = [];
  #busy: Promise<void> | null = null;
  #queuedRows = 0;
  #droppedRows = 0;

  /** @param score has the shadows score a request; never rejects. */
  constructor(score: (request: ShadowRequest) => Promise<void>, log: Logger, maxRows: number) {
    this.#score = score;
    this.#log = log;
    this.#maxRows = maxRows;
  }

  get queuedRows(): number {
    return this.#queuedRows;
  }

  /** Rows that shadows did not score since the start, because too many waited. */
  get droppedRows(): number {
    return this.#droppedRows;
  }

  add(request: ShadowRequest): void {
    const { rows } = request.input.batch;
    if (this.#queuedRows > 0 && this.#queuedRows + rows > this.#maxRows) {
      this.#droppedRows += rows;
      const { model } = request;
      this.#log.warn({ model, rows, droppedRows: this.#droppedRows }, 'the shadows are behind and leave rows out');
      return;
    }
    this.#queuedRows += rows;
    this.#waiting.push(request);
    this.#busy ??= this.#drain();
  }

  /** Resolves when all that waits is scored. */
  async flush(): Promise<void> {
    await this.#busy;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const turn = this.#takeTurn();
      await Promise.all(turn.map((request) => this.#score(request)));
      for (const request of turn) this.#queuedRows -= request.input.batch.rows;
    }
    this.#busy = null;
  }

  #takeTurn(): ShadowRequest[] {
    let rows = 0;
    let size = 0;
    while (size < this.#waiting.length && rows < ROWS_PER_TURN) rows += this.#waiting[size++]!.input.batch.rows;
    return this.#waiting.splice(0, size);
  }
}
