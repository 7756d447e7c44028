import { type ConditionConfig, type ModelConfig, type MonitorConfig, monitorOfRule } from '@leeway/contract';
import { leavesOf } from '../../alerting/decide/combine-conditions.ts';
import { historyKey } from '../../alerting/decide/evaluate-window.ts';
import { withMinimums } from '../../alerting/decide/judge-leaf.ts';
import { type PastWindow, windowsBefore } from '../../alerting/decide/learn-threshold.ts';
import type { Context } from '../../context.ts';
import type { Span } from '../decide/windows.ts';
import { readMeasurements } from '../measurements.ts';
import { referenceChunks } from './reference-chunks.ts';

/** Of each condition of the monitor's rules whose threshold is learned, by `historyKey`: what it may learn from for this window. */
export async function ruleHistory(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: Span,
): Promise<Map<string, PastWindow[]>> {
  const history = new Map<string, PastWindow[]>();
  for (const rule of model.rules) {
    if (monitorOfRule(rule, model) !== monitor.name) continue;
    for (const [position, leaf] of leavesOf(rule).entries()) {
      if (!leaf.threshold) continue;
      const learnFrom = leaf.threshold.from === 'reference' ? fromReference : fromMeasurements;
      const past = await learnFrom(ctx, model, monitor, window, withMinimums(rule, leaf));
      history.set(historyKey(rule, position), past);
    }
  }
  return history;
}

async function fromReference(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: Span,
  { metric, minimumRows, threshold }: ConditionConfig,
): Promise<PastWindow[]> {
  const chunks = await referenceChunks(ctx, model, monitor, window);
  const newest = new Set([...new Set(chunks.map(({ start }) => start))].slice(-threshold!.windows));
  return chunks.filter((chunk) => chunk.metric === metric && chunk.n >= minimumRows && newest.has(chunk.start));
}

async function fromMeasurements(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  window: Span,
  { metric, minimumRows, threshold, column = '', slice = '' }: ConditionConfig,
): Promise<PastWindow[]> {
  const starts = windowsBefore(threshold!, window);
  const measurements = await readMeasurements(ctx.warehouse, {
    ...{ model: model.name, monitor: monitor.name, metrics: [metric], column, slice, version: '', starts },
    from: starts.at(-1) ?? window.start,
    to: window.start,
  });
  return measurements.map(({ column, slice, windowStart, windowEnd, value, status, n }) => ({
    ...{ column, slice, start: Date.parse(windowStart), end: Date.parse(windowEnd) },
    value: status === 'ok' && n >= minimumRows ? value : null,
  }));
}
