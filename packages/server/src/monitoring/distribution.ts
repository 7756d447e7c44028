import { type Distribution, LeewayError, type ModelConfig } from '@leeway/contract';
import { alignCategories, type ColumnSummary, coarsen, type NumericSummary } from '@leeway/stats';
import type { Context } from '../context.ts';
import { INSTANT } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';

/** Bars of a picture: more can't be told apart. */
const MOST_BARS = 24;

/** A column in the window that holds `at` (the latest by default) beside the reference that the window was compared with. */
export async function distributionOf(
  ctx: Context,
  model: ModelConfig,
  column: string,
  at?: number,
): Promise<Distribution> {
  const [current] = await ctx.warehouse.query<{ reference: string; summary: string }>(
    `SELECT reference, argMax(summary, computed_at) AS summary FROM profiles
     WHERE model = {model:String} AND column = {column:String} AND slice = '' AND bucket_end > bucket_start
       AND (({at:Nullable(String)} IS NULL) OR (bucket_start <= {time:${INSTANT}} AND bucket_end > {time:${INSTANT}}))
     GROUP BY reference, bucket_start ORDER BY bucket_start DESC LIMIT 1`,
    { model: model.name, column, at: at === undefined ? null : String(at), time: instant(at ?? 0) },
    'distribution',
  );
  if (!current) throw new LeewayError('not_found', `no closed window of ${model.name} has a profile of "${column}"`);
  const [reference] = await ctx.warehouse.query<{ summary: string }>(
    `SELECT argMax(summary, computed_at) AS summary FROM profiles
     WHERE model = {model:String} AND column = {column:String} AND slice = '' AND bucket_end = bucket_start AND reference = {reference:String}
     GROUP BY reference`,
    { model: model.name, column, reference: current.reference },
    'distribution',
  );
  if (!reference)
    throw new LeewayError('not_found', `the reference ${current.reference} has no profile of "${column}"`);
  return toDistribution(
    column,
    JSON.parse(reference.summary) as ColumnSummary,
    JSON.parse(current.summary) as ColumnSummary,
  );
}

/** Shares of the cells of two summaries that were counted by one plan, missing rows among them. Pure. */
export function toDistribution(column: string, reference: ColumnSummary, current: ColumnSummary): Distribution {
  const referenceRows = reference.count + reference.missing;
  const currentRows = current.count + current.missing;
  const share = (n: number, rows: number) => (rows === 0 ? 0 : n / rows);
  const cell = (label: string, before: number, now: number) => ({
    label,
    reference: share(before, referenceRows),
    current: share(now, currentRows),
  });
  const cells: Distribution['cells'] = [];
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const before = coarsen(reference, MOST_BARS);
    const now = coarsen(current, MOST_BARS, reference);
    before.bins.forEach((n, i) => {
      if (n > 0 || now.bins[i]! > 0) cells.push(cell(binLabel(before, i), n, now.bins[i]!));
    });
    if (reference.missing + current.missing > 0) cells.push(cell('missing', reference.missing, current.missing));
  } else if (reference.kind !== 'numeric' && current.kind !== 'numeric') {
    for (const aligned of alignCategories(reference, current, MOST_BARS)) {
      cells.push(cell(aligned.value ?? aligned.kind, aligned.reference, aligned.current));
    }
  }
  return { column, kind: reference.kind, cells, referenceRows, currentRows };
}

function binLabel({ edges }: NumericSummary, i: number): string {
  const number = (x: number) => String(Number(x.toPrecision(4)));
  if (edges.length === 0) return 'all';
  if (i === 0) return `< ${number(edges[0]!)}`;
  if (i === edges.length) return `≥ ${number(edges[i - 1]!)}`;
  const [from, to] = [number(edges[i - 1]!), number(edges[i]!)];
  return from === to ? from : `${from} – ${to}`;
}
