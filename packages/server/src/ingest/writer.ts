import { LeewayError, type ModelConfig } from '@leeway/contract';
import { labelsTable, predictionsTable } from '../warehouse/model-tables.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
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
/** Ids per question to the engine, and their length: they travel as one bound value, of which a server takes 128 KiB. */
const MOST_IDS = 5_000;
const MOST_ID_BYTES = 120_000;

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
    const all = batch.flat();
    if (all.length === 0) return batch.map(() => ({ accepted: 0, duplicates: 0 }));
    const known = await storedKeys(warehouse, model, all);
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
    await warehouse.insert(
      labelsTable(model),
      batch.flat().map((row) => ({ ...row, seq: nextSeq() })),
      'ingest',
    );
    return batch.map((rows) => ({ accepted: rows.length, duplicates: 0 }));
  };
}

/**
 * Stores feedback; the last of an id counts, so a repetition does no harm. A correction becomes the label of its prediction
 * where the model wants that and no label but such a correction is there; a true one that comes later takes its place.
 */
export function writeFeedback(warehouse: Warehouse, model: ModelConfig) {
  return async (batch: WarehouseRow[][]): Promise<Written[]> => {
    const rows = batch.flat().map((row) => ({ ...row, model: model.name, seq: nextSeq() }) as WarehouseRow);
    // Labels first: if this fails half-way the rows come again, and a label that is repeated does no harm.
    if (model.feedback.corrections === 'label') await writeCorrections(warehouse, model, rows);
    await warehouse.insert('feedback', rows, 'ingest');
    return batch.map((part) => ({ accepted: part.length, duplicates: 0 }));
  };
}

/** Stores points of KPIs; the last of a time counts. */
export function writeKpis(warehouse: Warehouse, model: ModelConfig) {
  return async (batch: WarehouseRow[][]): Promise<Written[]> => {
    const rows = batch.flat().map((row) => ({ ...row, model: model.name, seq: nextSeq() }));
    await warehouse.insert('kpis', rows, 'ingest');
    return batch.map((part) => ({ accepted: part.length, duplicates: 0 }));
  };
}

async function writeCorrections(warehouse: Warehouse, model: ModelConfig, rows: WarehouseRow[]): Promise<void> {
  const corrected = rows.filter((row) => row['correction'] !== null);
  const labelled = new Set<string>();
  for (const ids of inPortions(new Set(corrected.map((row) => row['prediction'] as string)))) {
    const found = await warehouse.query<{ id: string }>(
      `SELECT DISTINCT id FROM ${labelsTable(model)} WHERE id IN {ids:Array(String)} AND source != 'feedback'`,
      { ids },
      'ingest/corrections',
    );
    for (const { id } of found) labelled.add(id);
  }
  const labels = corrected
    .filter((row) => !labelled.has(row['prediction'] as string))
    .map(({ prediction, correction, received }) => ({
      id: prediction,
      label: model.task === 'regression' ? Number(correction) : correction,
      received,
      source: 'feedback',
      seq: nextSeq(),
    }));
  await warehouse.insert(labelsTable(model), labels, 'ingest');
}

let lastSeq = 0;
/** Grows with every call, and over restarts and replicas as far as their clocks agree: microseconds of real time. */
function nextSeq(): number {
  lastSeq = Math.max(lastSeq + 1, Date.now() * 1_000);
  return lastSeq;
}

const DAY_MS = 86_400_000;
const dayOf = (row: WarehouseRow): number => Math.floor((row['time'] as number) / DAY_MS);
const keyOf = (row: WarehouseRow): string => `${dayOf(row)} ${row['role']} ${row['version']} ${row['id']}`;

/** Keys of the rows that are stored already. */
async function storedKeys(warehouse: Warehouse, model: ModelConfig, rows: WarehouseRow[]): Promise<Set<string>> {
  const keys = new Set<string>();
  const days = [...new Set(rows.map(dayOf))].map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));
  if (!(await anyBetween(warehouse, model, days, rows))) return keys;
  for (const ids of inPortions(new Set(rows.map((row) => row['id'] as string)))) {
    const found = await warehouse.query<{ key: string }>(
      `SELECT concat(toString(toUInt32(toDate(time))), ' ', toString(role), ' ', version, ' ', id) AS key FROM ${predictionsTable(model)}
       WHERE toDate(time) IN {days:Array(Date)} AND id IN {ids:Array(String)}`,
      { days, ids },
      'ingest/duplicates',
    );
    for (const row of found) keys.add(row.key);
  }
  return keys;
}

function* inPortions(ids: Iterable<string>): Generator<string[]> {
  let portion: string[] = [];
  let bytes = 0;
  for (const id of ids) {
    // With quotes and a comma; what wants escaping takes more, twice over.
    const size = 3 + (/^[\w.:-]*$/.test(id) ? id.length : 4 * Buffer.byteLength(id));
    if (portion.length === MOST_IDS || bytes + size > MOST_ID_BYTES) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(id);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}

/**
 * Whether any id from the first to the last of the rows is stored. Ids that grow with time, as most do, come after all that
 * is stored, and then none need be looked up.
 */
async function anyBetween(
  warehouse: Warehouse,
  model: ModelConfig,
  days: string[],
  rows: WarehouseRow[],
): Promise<boolean> {
  let first = Buffer.from(rows[0]?.['id'] as string);
  let last = first;
  for (const row of rows) {
    const id = Buffer.from(row['id'] as string); // the engine orders by bytes
    if (Buffer.compare(id, first) < 0) first = id;
    if (Buffer.compare(id, last) > 0) last = id;
  }
  const found = await warehouse.query(
    `SELECT 1 FROM ${predictionsTable(model)}
     WHERE toDate(time) IN {days:Array(Date)} AND id >= {first:String} AND id <= {last:String} LIMIT 1`,
    { days, first: first.toString(), last: last.toString() },
    'ingest/duplicates',
  );
  return found.length > 0;
}
