import type { ModelConfig } from '@leeway/contract';
import { featureColumn, INSTANT, labelledRows, labelsTable, predictionRows } from '../../warehouse/model-tables.ts';
import { instant, type Warehouse } from '../../warehouse/warehouse.ts';
import type { Span } from '../decide/windows.ts';

/** A prediction as detectors see it: what each of the wanted streams has of it, null where it has nothing. */
export interface StreamRow {
  time: string;
  version: string;
  values: (number | null)[];
}

const SERVED = "role = 'live' AND error = ''";
/** Rows that are in memory at once. */
const PAGE = 50_000;

/** The predictions of a window in the order of their time, by pages, with their labels as known at `asOf`. */
export async function* readStream(
  warehouse: Warehouse,
  model: ModelConfig,
  { start, end }: Span,
  asOf: number,
  on: readonly string[],
): AsyncGenerator<StreamRow[]> {
  const span = (from: number, to: number) => ({ from: instant(from), to: instant(to) });
  const cuts = await warehouse.query<{ time: string }>(
    `SELECT DISTINCT time FROM (SELECT time, row_number() OVER (ORDER BY time) AS place FROM ${predictionRows(model, SERVED)})
     WHERE place % {page:UInt32} = 0 ORDER BY time`,
    { ...span(start, end), page: PAGE },
    'streams/cuts',
  );
  const borders = [start, ...cuts.map(({ time }) => Date.parse(time)), end];
  for (const [i, from] of borders.slice(0, -1).entries()) {
    if (from === borders[i + 1]) continue;
    yield await warehouse.query<StreamRow>(
      `SELECT time, version, [${on.map((name) => sqlOf(model, name)).join(', ')}] AS values
       FROM ${labelledRows(model, SERVED)} ORDER BY time, id`,
      { ...span(from, borders[i + 1]!), asOf: instant(asOf), positive: model.columns.positive },
      'streams/read',
    );
  }
}

function sqlOf({ task }: ModelConfig, on: string): string {
  if (on === 'error') return task === 'regression' ? 'abs(prediction - label)' : 'toFloat64(prediction != label)';
  if (on === 'label') return task === 'regression' ? 'toFloat64(label)' : 'toFloat64(label = {positive:String})';
  return on === 'score' ? 'toFloat64(score)' : `toFloat64(${featureColumn(on)})`;
}

/** How many labels of a window came, and how many were changed or withdrawn, after a moment. */
export async function countLate(
  warehouse: Warehouse,
  model: ModelConfig,
  { start, end }: Span,
  since: number,
  asOf: number,
): Promise<{ late: number; changed: number }> {
  const [row] = await warehouse.query<{ late: number; changed: number }>(
    `SELECT countIf(first > {since:${INSTANT}}) AS late, countIf(first <= {since:${INSTANT}} AND last > {since:${INSTANT}}) AS changed
     FROM (SELECT min(received) AS first, max(received) AS last FROM ${labelsTable(model)}
       WHERE received <= {asOf:${INSTANT}} AND received >= {from:${INSTANT}} - INTERVAL 1 DAY
         AND id IN (SELECT id FROM ${predictionRows(model, SERVED)}) GROUP BY id)`,
    { from: instant(start), to: instant(end), since: instant(since), asOf: instant(asOf) },
    'streams/late',
  );
  return row ?? { late: 0, changed: 0 };
}
