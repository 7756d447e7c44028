import { type Alert, durationMs, LeewayError, type Measurement, type ModelConfig } from '@leeway/contract';
import { Document } from 'yaml';
import type { Plugins } from '../../config/check-references.ts';
import { iso } from '../../platform/clock.ts';
import { toArrivals } from '../backtest/arrivals.ts';
import { leavesOf } from '../decide/combine-conditions.ts';
import { metricsOf } from '../decide/judge-leaf.ts';
import { playTest, type SeenAlert } from './play-test.ts';
import { configOf, testedModel } from './run-tests.ts';
import { parseTests } from './test-file.ts';

type Recorded = Pick<Alert, 'id' | 'rule' | 'model' | 'column' | 'slice' | 'windowStart' | 'activeAt' | 'resolvedAt'>;

export interface Recording {
  alert: Recorded;
  /** Path of the configuration, from `folder`. */
  config: string;
  folder: string;
  /** Everything that was measured of the model, every revision. */
  measurements: readonly Measurement[];
}

/** Windows before the alert began, and after it was over. */
const AROUND = 4;
const MINUTE_MS = 60_000;

/**
 * A test, as YAML, of what was measured around an alert; it expects what the rules of the configuration make of it today.
 * @throws LeewayError `invalid_request` where nothing of it is left.
 */
export async function recordTest(
  { alert, config: path, folder, measurements }: Recording,
  plugins: Plugins,
): Promise<string> {
  const config = await configOf({ config: path, env: {}, folder }, plugins);
  const model = testedModel(config, { name: alert.id, model: alert.model });
  const around = measurementsAround(model, alert, measurements);
  const start = around[0]!.windowStart;
  const test = {
    name: `${alert.rule} of ${alert.id}`,
    model: model.name,
    start,
    measurements: seriesOf(around, start),
  };
  const written = (expected: object) =>
    new Document({ config: path, tests: [{ ...test, ...expected }] }).toString({
      lineWidth: 120,
      flowCollectionPadding: false,
    });
  const parsed = parseTests(written({}), path).tests[0]!;
  const times = [...new Set(toArrivals(around).map(({ at }) => Math.ceil(at / MINUTE_MS) * MINUTE_MS + MINUTE_MS))];
  const played = await playTest(config, model, parsed, times);
  const looks = times.map((at) => ({ at: iso(at), expect: (played.alerts.get(at) ?? []).map(expectation) }));
  const changes = looks.filter(
    ({ expect }, i) => i === 0 || JSON.stringify(expect) !== JSON.stringify(looks[i - 1]!.expect),
  );
  const messages = played.messages.map(({ channel, reason, subject }) => ({ channel, reason, subject }));
  const about = `# Recorded: ${alert.rule} of ${alert.model}, ${alert.activeAt} to ${alert.resolvedAt ?? 'now'} (${alert.id}).\n`;
  return about + written({ alerts: changes, messages });
}

const expectation = ({ rule, column, slice, state }: SeenAlert) => ({
  ...{ rule, ...(column && { column }), ...(slice && { slice }), state },
});

/** What the rule read of the alert's column and slice, and of the whole, from a few windows before it to a few after. */
function measurementsAround(model: ModelConfig, alert: Recorded, measurements: readonly Measurement[]): Measurement[] {
  const rule = model.rules.find(({ name }) => name === alert.rule);
  if (!rule)
    throw new LeewayError('invalid_request', `the configuration of "${model.name}" has no rule "${alert.rule}"`);
  const monitor = model.monitors.find(({ name }) => name === (rule.monitor ?? model.monitors[0]?.name));
  if (!monitor)
    throw new LeewayError('invalid_request', `"${alert.rule}" reads a monitor that "${model.name}" has not`);
  const metrics = new Set(leavesOf(rule).flatMap(metricsOf));
  const length = durationMs(monitor.window);
  const from = Math.min(Date.parse(alert.activeAt), Date.parse(alert.windowStart)) - (rule.for + AROUND + 1) * length;
  const to = (alert.resolvedAt === null ? Infinity : Date.parse(alert.resolvedAt)) + AROUND * length;
  const named = new Set(leavesOf(rule).flatMap(({ column, slice }) => [`${column ?? ''}|${slice ?? ''}`]));
  const found = measurements.filter(
    ({ metric, column, slice, version, monitor: of, windowStart, windowEnd }) =>
      of === monitor.name &&
      version === '' &&
      metrics.has(metric) &&
      ((column === alert.column && slice === alert.slice) || named.has(`${column}|${slice}`)) &&
      Date.parse(windowStart) >= from &&
      Date.parse(windowEnd) <= to,
  );
  if (found.length === 0)
    throw new LeewayError('invalid_request', `nothing is stored any more of what made ${alert.id}`);
  return found.sort((a, b) => Date.parse(a.windowStart) - Date.parse(b.windowStart) || a.revision - b.revision);
}

/** The measurements in the compact form of a test. */
function seriesOf(measurements: readonly Measurement[], start: string): object[] {
  const bySeries = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const key = `${measurement.metric}|${measurement.column}|${measurement.slice}`;
    bySeries.set(key, [...(bySeries.get(key) ?? []), measurement]);
  }
  const last = Math.max(...measurements.map(({ windowStart }) => Date.parse(windowStart)));
  return [...bySeries.values()].map((own) => {
    const first = own[0]!;
    const length = Date.parse(first.windowEnd) - Date.parse(first.windowStart);
    const words: string[] = [];
    for (let at = Date.parse(start); at <= last; at += length) {
      words.push(wordOf(own.filter(({ windowStart }) => Date.parse(windowStart) === at)));
    }
    const newest = own.at(-1)!;
    return {
      ...{
        metric: first.metric,
        ...(first.column && { column: first.column }),
        ...(first.slice && { slice: first.slice }),
      },
      ...{
        monitor: first.monitor,
        values: words.join(' '),
        rows: Math.min(...own.filter(({ n }) => n > 0).map(({ n }) => n), newest.n || 0),
      },
      ...(newest.coverage === null ? {} : { coverage: newest.coverage }),
      ...(newest.reference === null ? {} : { reference: newest.reference }),
      after: minutes(Date.parse(first.computedAt) - Date.parse(first.windowEnd)),
    };
  });
}

const WORDS = { no_data: '_', insufficient: '?', error: '!' } as const;

/** The word of a window, its revisions in order. */
function wordOf(revisions: readonly Measurement[]): string {
  const [first] = revisions;
  if (!first) return 'stale';
  return revisions
    .map((revision, i) => {
      const { value, lower, upper, status, computedAt } = revision;
      const round = (x: number) => String(Number(x.toPrecision(6)));
      const margin = lower !== null && upper !== null ? `±${round((upper - lower) / 2)}` : '';
      const text = status === 'ok' ? (value === null ? '_' : round(value) + margin) : WORDS[status];
      return i === 0 ? text : `>${text}@${minutes(Date.parse(computedAt) - Date.parse(first.computedAt), 1)}`;
    })
    .join('');
}

const minutes = (ms: number, least = 0): string => `${Math.max(least, Math.round(ms / MINUTE_MS))}m`;
