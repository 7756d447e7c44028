import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type IngestResult, LeewayError, type ModelConfig } from '@leeway/contract';
import { fileRows, readSettings } from '../../check/engine.ts';
import { probeFile } from '../../check/probe-file.ts';
import type { ManualClock } from '../../platform/clock.ts';
import type { OpenStore } from '../../store/open.ts';
import { identifier, type Warehouse } from '../../warehouse/warehouse.ts';

/** A Leeway of its own whose clock is turned by hand. */
export interface Stage {
  clock: ManualClock;
  store: OpenStore;
  warehouse: Warehouse;
  /** Where files of its own may lie. */
  folder: string;
  ingest: {
    predictions(model: string, rows: Iterable<unknown>): Promise<IngestResult>;
    labels(model: string, rows: Iterable<unknown>): Promise<IngestResult>;
  };
  /** Waits until all that is due is done. */
  settle(): Promise<void>;
}

export interface FilesToPlay {
  predictions: string;
  /** Null where the labels stand beside the predictions, or where there are none. */
  labels: string | null;
  /** Column that says when a label became known. */
  labelTime: string | null;
  /** Without that column: milliseconds after its prediction at which a label becomes known. */
  labelDelayMs: number;
}

export interface LoadedFiles {
  /** First and last prediction, in milliseconds since 1970. */
  from: number;
  to: number;
  predictions: number;
  labels: number;
  /** When the last label becomes known. */
  lastLabel: number;
}

/** Tables of the temporary warehouse that hold the files, with the time of arrival in `leeway_at`. */
const PREDICTIONS = 'backtest_predictions';
const LABELS = 'backtest_labels';

/** Reads the files into the stage. @throws LeewayError `file_unreadable` or `column_missing`. */
export async function loadFiles(
  stage: Omit<Stage, 'clock' | 'ingest' | 'settle' | 'store'>,
  model: ModelConfig,
  files: FilesToPlay,
): Promise<LoadedFiles> {
  const { id, time, label, prediction } = model.columns;
  const source = await sourceOf(stage, files.predictions, 'predictions', [id, time]);
  await create(stage.warehouse, PREDICTIONS, source, timeOf(source, time));
  if (files.labels !== null || (label !== prediction && source.columns.has(label))) {
    const path = files.labels ?? files.predictions;
    const wanted = [id, label, ...(files.labelTime === null ? [] : [files.labelTime])];
    const labels = await sourceOf(stage, path, 'labels', wanted);
    if (files.labelTime !== null) await create(stage.warehouse, LABELS, labels, timeOf(labels, files.labelTime));
    else {
      const known = `(SELECT toString(${identifier(id)}) AS leeway_id, min(leeway_at) AS leeway_predicted FROM ${PREDICTIONS} GROUP BY leeway_id) AS known`;
      await create(
        stage.warehouse,
        LABELS,
        {
          ...labels,
          rows: `${labels.rows} AS file INNER JOIN ${known} ON toString(file.${identifier(id)}) = leeway_id`,
        },
        `leeway_predicted + ${Math.round(files.labelDelayMs)}`,
        'file.*',
      );
    }
  } else
    await stage.warehouse.command(`CREATE TABLE ${LABELS} (leeway_at Int64) ENGINE = MergeTree ORDER BY leeway_at`);
  const [span] = await stage.warehouse.query<LoadedFiles>(
    `SELECT min(leeway_at) AS from, max(leeway_at) AS to, count() AS predictions,
       (SELECT count() FROM ${LABELS}) AS labels, (SELECT max(leeway_at) FROM ${LABELS}) AS lastLabel FROM ${PREDICTIONS}`,
  );
  if (!span || span.predictions === 0) {
    throw new LeewayError('file_unreadable', `${files.predictions} has no row with a time in "${time}"`);
  }
  return span;
}

interface Source {
  path: string;
  rows: string;
  settings: string;
  columns: Map<string, string>;
}

async function sourceOf(
  { warehouse, folder }: Pick<Stage, 'warehouse' | 'folder'>,
  path: string,
  name: string,
  wanted: string[],
): Promise<Source> {
  const probe = await probeFile(path);
  await mkdir(folder, { recursive: true });
  // What the user called the file never stands in SQL.
  const link = join(resolve(folder), `${name}.file`);
  await symlink(resolve(path), link);
  const file = { ...probe, link };
  const rows = fileRows(file);
  const settings = readSettings(file);
  const described = await warehouse.query<{ name: string; type: string }>(`DESCRIBE TABLE ${rows} ${settings}`);
  const columns = new Map(described.map((column) => [column.name, column.type]));
  const lacks = wanted.filter((column) => !columns.has(column));
  if (lacks.length > 0) {
    throw new LeewayError(
      'column_missing',
      `${path} lacks ${lacks.join(', ')}; it has ${[...columns.keys()].join(', ')}`,
    );
  }
  return { path, rows, settings, columns };
}

/** SQL of a column as milliseconds since 1970: times, texts, or numbers that are such milliseconds. Null where it is no time. */
function timeOf({ columns }: Source, column: string): string {
  const name = identifier(column);
  const type = columns.get(column) ?? '';
  if (/Int|Float|Decimal/.test(type)) return `toInt64OrNull(toString(${name}))`;
  if (/Date/.test(type)) return `toUnixTimestamp64Milli(toDateTime64(${name}, 3, 'UTC'))`;
  return `toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(toString(${name}), 3, 'UTC'))`;
}

const create = (
  warehouse: Warehouse,
  table: string,
  { rows, settings }: Source,
  at: string,
  columns = '*',
): Promise<void> =>
  warehouse.command(
    `CREATE TABLE ${table} ENGINE = MergeTree ORDER BY leeway_at AS
     SELECT * EXCEPT leeway_time, assumeNotNull(leeway_time) AS leeway_at
     FROM (SELECT ${columns}, ${at} AS leeway_time FROM ${rows}) WHERE leeway_time IS NOT NULL ${settings}`,
  );

export interface PlayOptions {
  model: ModelConfig;
  files: LoadedFiles;
  /** Milliseconds of event time that are sent in one go; a window at most. */
  stepMs: number;
  /** Milliseconds for which labels are waited after the last prediction. */
  tailMs: number;
  onProgress?: (done: number, total: number) => void;
}

interface Rejected {
  count: number;
  first: string | null;
}

/**
 * Sends the rows at their times, labels when they became known, and turns the clock: what is measured is what the server would
 * have measured then. Rows that are turned away are counted.
 */
export async function playFiles(
  stage: Stage,
  { model, files, stepMs, tailMs, onProgress }: PlayOptions,
): Promise<Rejected> {
  const rejected: Rejected = { count: 0, first: null };
  const end = Math.max(files.to, files.lastLabel ?? 0) + tailMs;
  const first = Math.floor(files.from / stepMs) * stepMs;
  stage.clock.set(Math.max(first, stage.clock.now()));
  for (let at = first; at < end; at += stepMs) {
    const until = at + stepMs;
    await turnTo(stage, until);
    const { time } = model.columns;
    const predictions = at > files.to ? [] : await rowsOf(stage, PREDICTIONS, at, until);
    note(
      rejected,
      await stage.ingest.predictions(
        model.name,
        predictions.map(({ leeway_at, ...row }) => ({ ...row, [time]: leeway_at })),
      ),
    );
    const labels = files.labels === 0 ? [] : await rowsOf(stage, LABELS, at === first ? 0 : at, until);
    note(
      rejected,
      await stage.ingest.labels(
        model.name,
        labels.map(({ leeway_at: _, ...row }) => row),
      ),
    );
    await stage.settle();
    onProgress?.(at - first + stepMs, end - first);
  }
  return rejected;
}

const rowsOf = ({ warehouse }: Stage, table: string, from: number, to: number) =>
  warehouse.query<Record<string, unknown> & { leeway_at: number }>(
    `SELECT * FROM ${table} WHERE leeway_at >= {from:Int64} AND leeway_at < {to:Int64} ORDER BY leeway_at`,
    { from, to },
    'backtest/rows',
  );

const WINDOW_JOBS = ['tick-monitor', 'close-window', 'mature-window', 'revise-window'];

/** Stops wherever a window is due on the way, so that it is measured at its time. */
async function turnTo({ clock, store, settle }: Stage, until: number): Promise<void> {
  for (;;) {
    const row = await store.db
      .selectFrom('jobs')
      .select((e) => e.fn.min('runAt').as('next'))
      .where('state', '=', 'queued')
      .where('kind', 'in', WINDOW_JOBS)
      .where('runAt', '>', clock.now())
      .executeTakeFirst();
    const next = row?.next === null || row?.next === undefined ? Infinity : Number(row.next);
    if (next >= until) break;
    clock.set(next);
    await settle();
  }
  clock.set(Math.max(until, clock.now()));
}

function note(rejected: Rejected, result: IngestResult): void {
  rejected.count += result.rejected.length;
  rejected.first ??= result.rejected[0]?.message ?? null;
}
