import type { Measurement, ModelConfig, RuleConfig } from '@leeway/contract';
import { fingerprint } from './fingerprint.ts';
import { type Judgement, judgeMeasurement } from './judge-measurement.ts';
import { learnThreshold, type PastWindow } from './learn-threshold.ts';
import { nextState, type RuleMemory, stateBefore } from './next-state.ts';

/** A window of a monitor with all that was measured of it. */
export interface MeasuredWindow {
  model: ModelConfig;
  /** Name of the monitor whose window it is. */
  monitor: string;
  /**
   * All measurements of the window, of each the latest revision. A rule whose metric is not among them says nothing
   * about this window: a metric that waits for labels is no missing data. Missing data are measurements that say so.
   */
  measurements: readonly Measurement[];
  /** Of each rule whose threshold is learned, by its name: the windows that it may learn from. */
  history?: ReadonlyMap<string, readonly PastWindow[]>;
  windowStart: number;
  windowEnd: number;
}

/** What is kept of an instance of a rule between windows (`rule_states.state`). */
export interface RuleDocument {
  /** Of the rule that made the memory: a memory of other conditions means nothing. */
  fingerprint: string;
  memory: RuleMemory;
}

/** An instance of a rule with what it made of the window. */
export interface Evaluated {
  rule: RuleConfig;
  /** "column|slice". */
  instance: string;
  measurement: Measurement;
  judgement: Judgement;
  before: RuleMemory | null;
  after: RuleMemory;
}

/** Names an instance of a rule among those of its model. */
export const instanceKey = (rule: string, instance: string): string => `${rule}|${instance}`;

/**
 * Judges every rule of a monitor over a measured window. Pure: the server, the backtest and the tests of rules all judge by it.
 * `memories` gives what is kept by `instanceKey`; instances that have taken the window in already are left out of the answer.
 */
export function evaluateWindow(window: MeasuredWindow, memories: ReadonlyMap<string, RuleDocument>): Evaluated[] {
  const { model, monitor } = window;
  const measured = byMetric(window.measurements);
  const evaluated: Evaluated[] = [];
  for (const rule of model.rules) {
    if ((rule.monitor ?? model.monitors[0]?.name) !== monitor) continue;
    for (const measurement of instancesOf(rule, measured.get(rule.metric) ?? [])) {
      const instance = `${measurement.column}|${measurement.slice}`;
      const document = memories.get(instanceKey(rule.name, instance));
      const before = document?.fingerprint === fingerprint(rule) ? document.memory : null;
      const result = evaluate(rule, instance, measurement, before, window);
      if (result) evaluated.push(result);
    }
  }
  return evaluated;
}

function evaluate(
  rule: RuleConfig,
  instance: string,
  measurement: Measurement,
  before: RuleMemory | null,
  { windowStart, windowEnd, history }: MeasuredWindow,
): Evaluated | null {
  // Each number has its own revision: what no label can change is not judged anew because labels came.
  const at = { windowEnd, revision: measurement.revision };
  const from = stateBefore(before, at);
  if (!from) return null;
  const { column, slice } = measurement;
  const learned =
    rule.threshold &&
    learnThreshold(rule.threshold, {
      window: { start: windowStart, end: windowEnd },
      past: (history?.get(rule.name) ?? []).filter((past) => past.column === column && past.slice === slice),
      bad: from.bad ?? [],
    });
  const judgement = judgeMeasurement(rule, measurement, from.value, learned);
  const { verdict, value } = judgement;
  const { memory } = nextState(before, { ...at, verdict, value }, rule);
  return memory && { rule, instance, measurement, judgement, before, after: memory };
}

function byMetric(measurements: readonly Measurement[]): Map<string, Measurement[]> {
  const found = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    if (measurement.version !== '') continue; // of a shadow or of one version of several; rules are about what serves
    const same = found.get(measurement.metric);
    if (same) same.push(measurement);
    else found.set(measurement.metric, [measurement]);
  }
  return found;
}

/** The measurements that a rule is about: one, or with "*" each column (or slice) by itself. */
function instancesOf(rule: RuleConfig, measurements: readonly Measurement[]): Measurement[] {
  const fits = (wanted: string | undefined, actual: string) =>
    wanted === '*' ? actual !== '' : actual === (wanted ?? '');
  return measurements.filter(({ column, slice }) => fits(rule.column, column) && fits(rule.slice, slice));
}
