import { durationMs, LeewayError, type Measurement, type ModelConfig, type MonitorConfig } from '@leeway/contract';
import { performanceMetrics } from '@leeway/stats';
import { windowAt } from '../../monitoring/decide/windows.ts';
import { iso } from '../../platform/clock.ts';
import { parseSeries } from './parse-series.ts';
import type { RuleTest } from './test-file.ts';

/** The measurements of a test as they would lie in the store, every revision of them. @throws LeewayError `rule_test_invalid`. */
export function measurementsOf(model: ModelConfig, { name, start, measurements }: RuleTest): Measurement[] {
  return measurements.flatMap((series) => {
    const monitor = monitorOf(model, series.monitor, name);
    const length = durationMs(monitor.window);
    const first = Date.parse(start);
    const aligned = windowAt(first, length);
    if (aligned.start !== first) {
      throw new LeewayError(
        'rule_test_invalid',
        `test "${name}": it starts at ${iso(first)}, in the midst of a window of "${monitor.name}"; one begins at ${iso(aligned.start)}`,
      );
    }
    const { metric, column, slice, rows, coverage = null, reference = null, margin } = series;
    const after = durationMs(series.after ?? usualDelay(metric, monitor));
    return parseSeries(series.values).flatMap((values, i) =>
      values.map(({ value, status, after: late, margin: own = margin }, revision): Measurement => {
        const end = first + (i + 1) * length;
        const bound = (side: 1 | -1) => (value === null || own === undefined ? null : value + side * own);
        return {
          ...{ model: model.name, monitor: monitor.name, metric, column, slice, version: '', revision, value, status },
          ...{ lower: bound(-1), upper: bound(1), n: status === 'no_data' ? 0 : rows, coverage, reference },
          ...{ threshold: null, reason: '', detail: {} },
          ...{ windowStart: iso(end - length), windowEnd: iso(end), computedAt: iso(end + after + late) },
        };
      }),
    );
  });
}

function monitorOf(model: ModelConfig, wanted: string | undefined, test: string): MonitorConfig {
  const found = model.monitors.find(({ name }) => name === (wanted ?? model.monitors[0]?.name));
  if (found) return found;
  const known = model.monitors.map(({ name }) => name).join(', ') || 'none';
  throw new LeewayError(
    'rule_test_invalid',
    `test "${test}": "${model.name}" has no monitor "${wanted ?? ''}"; it has ${known}`,
  );
}

const LABELLED = new Set<string>(Object.values(performanceMetrics).flatMap((metrics) => metrics.map(({ id }) => id)));

/** What needs labels is measured when the window is mature, all else when it is closed. */
const usualDelay = (metric: string, { grace, maturity }: MonitorConfig): string =>
  LABELLED.has(metric) || /^(fairness|slices|value|detector)\./.test(metric) ? maturity.delay : grace;
