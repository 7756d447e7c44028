import type { BacktestRequest, ModelConfig } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { readMeasurements } from '../../monitoring/measurements.ts';
import { ruleHistory } from '../../monitoring/thresholds/rule-history.ts';
import type { PastWindow } from '../decide/learn-threshold.ts';
import { type Arrival, toArrivals } from './arrivals.ts';
import type { BacktestInput } from './run-backtest.ts';

const DAY_MS = 86_400_000;

/** What is stored of a model that its rules may be replayed over: every revision of every measurement. */
export async function readBacktestInput(
  ctx: Context,
  model: ModelConfig,
  { to }: Pick<BacktestRequest, 'to'>,
): Promise<BacktestInput> {
  const measurements = await readMeasurements(ctx.warehouse, {
    ...{ model: model.name, column: '*', slice: '*', version: '', allRevisions: true },
    from: 0,
    to: to ? Date.parse(to) : ctx.clock.now() + DAY_MS,
  });
  const arrivals = toArrivals(measurements);
  const referenceWindows = await windowsOfReference(ctx, model, arrivals);
  const { routes, channels } = ctx.config();
  return { model, routing: { routes, channels }, arrivals, referenceWindows };
}

/** What thresholds learned from the reference look at: the reference of each monitor's last window. */
async function windowsOfReference(
  ctx: Context,
  model: ModelConfig,
  arrivals: readonly Arrival[],
): Promise<Map<string, readonly PastWindow[]>> {
  const found = new Map<string, readonly PastWindow[]>();
  const rules = model.rules.filter((rule) => JSON.stringify(rule).includes('"from":"reference"'));
  for (const monitor of rules.length === 0 ? [] : model.monitors) {
    const last = arrivals.findLast((arrival) => arrival.monitor === monitor.name);
    if (!last) continue;
    const window = { start: last.windowStart, end: last.windowEnd };
    for (const [key, windows] of await ruleHistory(ctx, { ...model, rules }, monitor, window)) found.set(key, windows);
  }
  return found;
}
