import { budgetLevel, type ColumnJudgement, FIRST_TEST, lord, type OnlineFdrState } from '@leeway/stats';
import { INSTANT } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import type { Scope } from './check.ts';

/** The level of significance at which a window is judged, and what of it has to be kept for the windows after it. */
export interface WindowLevel {
  level: number;
  /** What the windows before have left of the share of false alarms; null where a number a month is stated. */
  online: { state: OnlineFdrState; share: number } | null;
}

/**
 * The level of a window by the model's budget of false alarms. It depends on the windows before it alone, so that measuring
 * a window again gives the same.
 */
export async function levelOf(scope: Scope): Promise<WindowLevel> {
  const { model, from, to } = scope;
  const { share, perMonth = 1 } = model.falseAlarms;
  if (share !== undefined) {
    const state = await stateBefore(scope);
    return { level: lord.level(state, share), online: { state, share } };
  }
  const monitors = model.monitors.filter(({ checks }) => checks.includes('drift')).length;
  return { level: budgetLevel(perMonth, to - from, monitors), online: null };
}

/** What `drift.share` keeps in its detail of the level of its window, and of that of the next. */
export function levelDetail(
  { level, online }: WindowLevel,
  judged: readonly Pick<ColumnJudgement, 'drifted' | 'adjustedPValue'>[],
): Record<string, unknown> {
  if (!online || judged.every(({ drifted }) => drifted === null)) return { level };
  // A p-value that counts as 1 where the effect is too small is a p-value still: it has only become larger.
  const p = Math.min(1, ...judged.flatMap((column) => (column.drifted ? (column.adjustedPValue ?? []) : [])));
  return { level, online: lord.next(online.state, p, online.share) };
}

async function stateBefore({ warehouse, model, monitor, from }: Scope): Promise<OnlineFdrState> {
  const [row] = await warehouse.query<{ detail: string }>(
    `SELECT detail FROM measurements FINAL WHERE model = {model:String} AND monitor = {monitor:String} AND metric = 'drift.share'
       AND slice = '' AND version = '' AND window_start < {from:${INSTANT}} AND JSONHas(detail, 'online')
     ORDER BY window_start DESC, revision DESC LIMIT 1`,
    { model: model.name, monitor: monitor.name, from: instant(from) },
    'false-alarms/state',
  );
  return row ? (JSON.parse(row.detail) as { online: OnlineFdrState }).online : FIRST_TEST;
}
