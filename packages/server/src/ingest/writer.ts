import { LeewayError, type ModelConfig } from '@leeway/contract';
import { INSTANT, labelsTable, predictionsTable } from '../warehouse/model-tables.ts';
import { instant, type Warehouse } from '../warehouse/warehouse.ts';
import type { WarehouseRow } from './validate.ts';

export interface Written {
  accepted: number;
  duplicates: number;
}

interface Waiting {
  rows: WarehouseRow[];
  done: (written: Written) => void;
  failed: (error: unknown) => void;
}

/** A batch holds at most so many rows, so that one insert stays a matter of moments. */
const MOST_ROWS = 50_000;
/** Ids per question to the engine: they travel as one bound value. */
const IDS_PER_QUERY = 5_000;

/**
 * Stores rows of one table in groups: requests that come while a group is being written make up the next one, so that many
 * small requests cost few inserts and each is still answered only when its rows are durable.
 */
export class GroupWriter {
  readonly #write: (batch: WarehouseRow[][]) => Promise<Written[]>;
  readonly #mostQueued: number;
  #queue: Waiting[] = [];
  #queuedRows = 0;
  #busy: Promise<void> | undefined;

  constructor(write: (batch: WarehouseRow[][]) => Promise<Written[]>, mostQueued: number) {
    this.#write = write;
    this.#mostQueued = mostQueued;
  }

  /** Resolves when the rows are durable. @throws LeewayError `overloaded` when too many rows wait already. */
  add(rows: WarehouseRow[]): Promise<Written> {
    if (rows.length === 0) return Promise.resolve({ accepted: 0, duplicates: 0 });
    if (this.#queuedRows > 0 && this.#queuedRows + rows.length > this.#mostQueued) {
      throw new LeewayError('overloaded', `${this.#queuedRows} rows wait and ${rows.length} more came`, {
        extra: { retryAfter: 1 },
      });
    }
    this.#queuedRows += rows.length;
    const promise = new Promise<Written>((done, failed) => this.#queue.push({ rows, done, failed }));
    this.#busy ??= this.#run().finally(() => {
      this.#busy = undefined;
    });
    return promise;
  }

  /** Waits until nothing is queued. */
  async settle(): Promise<void> {
    await this.#busy;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // lets requests of the same tick join
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        const written = await this.#write(group.map((waiting) => waiting.rows));
        for (const [i, waiting] of group.entries()) waiting.done(written[i]!);
      } catch (error) {
        for (const waiting of group) waiting.failed(error);
      }
      for (const waiting of group) this.#queuedRows -= waiting.rows.length;
    }
  }

  #takeGroup(): Waiting[] {
    let rows = 0;
    let size = 0;
    while (size < this.#queue.length && (size === 0 || rows + this.#queue[size]!.rows.length <= MOST_ROWS)) {
      rows += this.#queue[size++]!.rows.length;
    }
    return this.#queue.splice(0, size);
  }
}

/** Stores predictions, once each: an id that is stored already, on the same day and in the same role, is a duplicate. */
export function writePredictions(warehouse: Warehouse, model: ModelConfig) {
  return async (batch: WarehouseRow[][]): Promise<Written[]> => {
    const known = await storedKeys(warehouse, model, batch.flat());
    const fresh: WarehouseRow[] = [];
    const written = batch.map((rows) => {
      const before = fresh.length;
      for (const row of rows) {
        const key = keyOf(row);
        if (known.has(key)) continue;
        known.add(key);
        fresh.push(row);
      }
      const accepted = fresh.length - before;
      return { accepted, duplicates: rows.length - accepted };
    });
    await warehouse.insert(predictionsTable(model), fresh, 'ingest');
    return written;
  };
}

/** Stores labels: a log in which the last one counts, so a repeated label does no harm and needs no looking up. */
export function writeLabels(warehouse: Warehouse, model: ModelConfig) {
  return async (batch: WarehouseRow[][]): Promise<Written[]> => {
    await warehouse.insert(labelsTable(model), batch.flat(), 'ingest');
    return batch.map((rows) => ({ accepted: rows.length, duplicates: 0 }));
  };
}

const dayOf = (time: unknown): string => new Date(time as number).toISOString().slice(0, 10);
const keyOf = (row: WarehouseRow): string => `${dayOf(row['time'])} ${row['role']} ${row['version']} ${row['id']}`;

async function storedKeys(warehouse: Warehouse, model: ModelConfig, rows: WarehouseRow[]): Promise<Set<string>> {
  const keys = new Set<string>();
  const days = [...new Set(rows.map((row) => dayOf(row['time'])))];
  if (!(await anyStored(warehouse, model, days, rows))) return keys;
  for (let start = 0; start < rows.length; start += IDS_PER_QUERY) {
    const ids = [...new Set(rows.slice(start, start + IDS_PER_QUERY).map((row) => row['id']))];
    const found = await warehouse.query<{ key: string }>(
      `SELECT concat(toString(toDate(time)), ' ', toString(role), ' ', version, ' ', id) AS key FROM ${predictionsTable(model)}
       WHERE toDate(time) IN {days:Array(Date)} AND id IN {ids:Array(String)}`,
      { days, ids },
      'ingest/duplicates',
    );
    for (const row of found) keys.add(row.key);
  }
  return keys;
}

/** Rows mostly come in the order of time: then nothing is stored yet between the first and the last, and no id need be looked up. */
async function anyStored(
  warehouse: Warehouse,
  model: ModelConfig,
  days: string[],
  rows: WarehouseRow[],
): Promise<boolean> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    first = Math.min(first, row['time'] as number);
    last = Math.max(last, row['time'] as number);
  }
  const found = await warehouse.query(
    `SELECT 1 FROM ${predictionsTable(model)}
     WHERE toDate(time) IN {days:Array(Date)} AND time >= {first:${INSTANT}} AND time <= {last:${INSTANT}} LIMIT 1`,
    { days, first: instant(first), last: instant(last) },
    'ingest/duplicates',
  );
  return found.length > 0;
}
