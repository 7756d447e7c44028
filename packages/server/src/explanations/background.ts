import type { ModelConfig, VersionInfo } from '@leeway/contract';
import type { Context } from '../context.ts';
import type { ColumnBatch } from '../gateway/columns.ts';
import { readColumns } from '../gateway/columns.ts';
import { featureColumn, INSTANT, predictionsTable } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';

export interface Background {
  batch: ColumnBatch;
  from: 'training' | 'recent';
}

/** A recorded prediction. */
export interface RecordedRow {
  batch: ColumnBatch;
  version: string;
}

const DAY = 86_400_000;
const MOST_ROWS = 1_000;

const aliased = (names: readonly string[]) => names.map((name, i) => `${featureColumn(name)} AS c${i}`).join(', ');

/**
 * Rows that a prediction is compared with: of the time whose rows the version was trained with, else of the last 30 days. Always the
 * same ones of a time: those with the smallest hashes of their ids.
 */
export async function readBackground(
  { warehouse, clock }: Pick<Context, 'warehouse' | 'clock'>,
  model: ModelConfig,
  { dataset }: VersionInfo,
): Promise<Background | null> {
  const now = clock.now();
  const spans: { from: Background['from']; start: number; end: number }[] = [
    ...(dataset
      ? [{ from: 'training' as const, start: Date.parse(dataset.start), end: Date.parse(dataset.holdoutStart) }]
      : []),
    { from: 'recent', start: now - 30 * DAY, end: now + DAY },
  ];
  const features = Object.keys(model.columns.features);
  for (const { from, start, end } of spans) {
    const rows = await warehouse.query<Record<string, unknown>>(
      `SELECT ${aliased(features)} FROM ${predictionsTable(model)}
       WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND role IN ('live', 'history') AND error = ''
       ORDER BY cityHash64(id), time LIMIT 1 BY id LIMIT ${MOST_ROWS}`,
      { from: instant(start), to: instant(end) },
      'explain/background',
    );
    if (rows.length > 0) return { batch: toBatch(model, features, rows), from };
  }
  return null;
}

/** The last that was recorded under an id. */
export async function readPrediction(
  { warehouse }: Pick<Context, 'warehouse'>,
  model: ModelConfig,
  id: string,
): Promise<RecordedRow | null> {
  const features = Object.keys(model.columns.features);
  const [row] = await warehouse.query<Record<string, unknown> & { version: string }>(
    `SELECT version, ${aliased(features)} FROM ${predictionsTable(model)}
     WHERE id = {id:String} AND role IN ('live', 'pinned', 'history') ORDER BY role = 'live' DESC, received DESC LIMIT 1`,
    { id },
    'explain/prediction',
  );
  return row ? { batch: toBatch(model, features, [row]), version: row.version } : null;
}

/** Missing vectors are kept as empty ones. */
function toBatch(model: ModelConfig, features: string[], rows: Record<string, unknown>[]): ColumnBatch {
  const { batch } = readColumns(model, rows.length, (name) => {
    const at = features.indexOf(name);
    if (at < 0) return undefined;
    return rows.map((row) => {
      const value = row[`c${at}`];
      return Array.isArray(value) && value.length === 0 ? null : value;
    });
  });
  return batch;
}
