import { type Measurement, type ModelConfig, monitorOfRule, type RuleConfig } from '@leeway/contract';
import { combineVerdicts, leavesOf } from './combine-conditions.ts';
import { fingerprint } from './fingerprint.ts';
import {
  byMetric,
  type JudgedLeaf,
  judgeLeaf,
  type Measured,
  metricsOf,
  type Subject,
  subjectKey,
  subjectsOf,
  withMinimums,
} from './judge-leaf.ts';
import { type Judgement, judgeMeasurement, type Verdict } from './judge-measurement.ts';
import { dependsOnLabels } from './late-labels.ts';
import type { PastWindow } from './learn-threshold.ts';
import { nextState, type StatePolicy } from './next-state.ts';
import { type Play, type RuleMemory, stateBefore, type TakenWindow, takeIn } from './rule-memory.ts';

/** A window of a monitor with all that was measured of it. */
export interface MeasuredWindow {
  model: ModelConfig;
  /** Name of the monitor whose window it is. */
  monitor: string;
  /**
   * All measurements of the window, of each the latest revision. A rule with a metric that is not among them says nothing
   * about this window: a metric that waits for labels is no missing data. Missing data are measurements that say so.
   */
  measurements: readonly Measurement[];
  /** Of each condition whose threshold is learned, by `historyKey`: the windows that it may learn from. */
  history?: ReadonlyMap<string, readonly PastWindow[]>;
  windowStart: number;
  windowEnd: number;
  /** Whether no label will change it any more. */
  final?: boolean;
}

/** What is kept of an instance of a rule between windows (`rule_states.state`). */
export interface RuleDocument {
  /** Of the rule that made the memory: a memory of other conditions means nothing. */
  fingerprint: string;
  memory: RuleMemory;
}

/** What an instance stands for: the rule itself, or the lack of data or failure that its policy keeps apart. */
export type InstanceKind = 'breach' | 'no_data' | 'error';

/** How a measurement was moved by labels (or other data) that came late. */
export interface Revised {
  measurement: Measurement;
  /** Null where there was no value. */
  from: number | null;
  to: number | null;
}

/** An instance of a rule with what it made of the window. */
export interface Evaluated {
  rule: RuleConfig;
  /** "column|slice", and for what is kept apart "column|slice|no_data" or "column|slice|error". */
  instance: string;
  kind: InstanceKind;
  subject: Subject;
  /** What decided: of a combined rule, that of the condition which did. */
  measurement: Measurement;
  judgement: Judgement;
  /** Of a combined rule, each condition with what it says. */
  conditions: { measurement: Measurement; judgement: Judgement }[];
  before: RuleMemory | null;
  after: RuleMemory;
  /** End of the window that was judged; older than `after.windowEnd` if it was revised later. */
  windowEnd: number;
  revised: Revised | null;
}

/** Names an instance of a rule among those of its model. */
export const instanceKey = (rule: string, instance: string): string => `${rule}|${instance}`;

/** Names a condition of a rule in `MeasuredWindow.history`: the name of the rule, and of a combined one the position too. */
export const historyKey = (rule: RuleConfig, position: number): string =>
  rule.all || rule.any || rule.not ? `${rule.name}#${position}` : rule.name;

/**
 * Judges every rule of a monitor over a measured window. Pure: the server, the backtest and the tests of rules all judge by it.
 * `memories` gives what is kept by `instanceKey`; instances that have taken the window in already are left out of the answer.
 */
export function evaluateWindow(window: MeasuredWindow, memories: ReadonlyMap<string, RuleDocument>): Evaluated[] {
  const { model, monitor } = window;
  const measured = byMetric(window.measurements);
  const evaluated: Evaluated[] = [];
  for (const rule of model.rules) {
    if (monitorOfRule(rule, model) !== monitor) continue;
    const leaves = leavesOf(rule);
    // Metrics come when their phase comes: a combined rule waits for the last of them.
    if (!leaves.every((leaf) => metricsOf(leaf).every((metric) => measured.has(metric)))) continue;
    const print = fingerprint(rule);
    const remembered = (instance: string): RuleMemory | null => {
      const document = memories.get(instanceKey(rule.name, instance));
      return document?.fingerprint === print ? document.memory : null;
    };
    for (const subject of subjectsOf(leaves, measured)) {
      evaluated.push(...evaluate({ rule, leaves, subject, measured, window, remembered }));
    }
  }
  return evaluated;
}

interface Instance {
  rule: RuleConfig;
  leaves: ReturnType<typeof leavesOf>;
  subject: Subject;
  measured: Measured;
  window: MeasuredWindow;
  remembered: (instance: string) => RuleMemory | null;
}

function evaluate({ rule, leaves, subject, measured, window, remembered }: Instance): Evaluated[] {
  const { model, windowStart, windowEnd, history } = window;
  const instance = subjectKey(subject);
  const before = remembered(instance);
  const play = playerOf(rule, leaves);
  const from = stateBefore(before, windowEnd, play);
  if (!from) return [];
  const at = { rule, subject, measured, from, model, windowStart, windowEnd };
  const judged = leaves.map((leaf, position) =>
    judgeLeaf({ ...at, leaf, position, history: history?.get(historyKey(rule, position)) ?? [] }),
  );
  const seen = judged.map((leaf) => leaf.seen);
  const { verdict, lead } = combineVerdicts(
    rule,
    seen.map((leaf) => leaf.verdict),
  );
  const measurement = (judged[lead]?.measurement ? judged[lead] : judged.find((leaf) => leaf.measurement))?.measurement;
  if (verdict === 'absent' || !measurement) return [];
  const labelled = judged.some((leaf) => leaf.measurement && dependsOnLabels(leaf.measurement));
  const taken: TakenWindow = { end: windowEnd, seen, open: labelled && !window.final };
  const after = takeIn(before, taken, play);
  if (!after) return [];
  const judgement = combined(verdict, judged, lead);
  const conditions = judged.length === 1 ? [] : judged.flatMap(there);
  const common = { rule, subject, measurement, conditions, windowEnd };
  const revised = revisedBy(before, taken, judged);
  return [
    { ...common, instance, kind: 'breach', judgement, before, after, revised },
    ...(['no_data', 'error'] as const).flatMap((kind) => {
      if ((kind === 'no_data' ? rule.noData : rule.onError) !== 'separate') return [];
      const own = `${instance}|${kind}`;
      const result = evaluateApart(rule, kind, remembered(own), taken, judgement);
      return result ? [{ ...common, instance: own, kind, revised: null, ...result }] : [];
    }),
  ];
}

const there = ({ measurement, judgement }: JudgedLeaf) => (measurement ? [{ measurement, judgement }] : []);

/** How the state goes on over a window that was taken in. */
function playerOf(rule: RuleConfig, leaves: Instance['leaves']): Play {
  const policy = { ...rule, learns: leaves.some((leaf) => leaf.threshold !== undefined) };
  return (state, { end, seen }) => {
    const verdicts = seen.map(({ sample, verdict }, i) =>
      sample ? judgeMeasurement(withMinimums(rule, leaves[i]!), sample, state.values[i] ?? null).verdict : verdict,
    );
    const { verdict } = combineVerdicts(rule, verdicts);
    const values = seen.map(({ value }, i) => (isKnown(verdicts[i]!) ? value : null));
    return nextState(state, { windowEnd: end, verdict: verdict === 'absent' ? 'no_data' : verdict, values }, policy);
  };
}

const isKnown = (verdict: string): boolean => verdict === 'breach' || verdict === 'clear' || verdict === 'between';

/** The lack of data, or the failure, as an instance of its own; nothing where there never was any. */
function evaluateApart(
  rule: RuleConfig,
  kind: 'no_data' | 'error',
  before: RuleMemory | null,
  { end, open, seen }: TakenWindow,
  of: Judgement,
): Pick<Evaluated, 'judgement' | 'before' | 'after'> | null {
  const verdict: Verdict = of.verdict === kind ? 'breach' : 'clear';
  if (!before && verdict === 'clear') return null;
  const windows = kind === 'no_data' ? (rule.noDataFor ?? rule.for) : rule.for;
  const policy: StatePolicy = {
    ...{ for: windows, of: undefined, keepFiring: 0, noDataFor: undefined, learns: false },
    ...{ noData: 'keep', onError: 'keep' },
  };
  const play: Play = (state, window) => {
    const saw = window.seen[0]?.verdict === 'breach' ? 'breach' : 'clear';
    return nextState(state, { windowEnd: window.end, verdict: saw, values: [] }, policy);
  };
  const revision = seen.reduce((sum, leaf) => sum + Math.max(0, leaf.revision), 0);
  const after = takeIn(before, { end, open, seen: [{ revision, verdict, value: null }] }, play);
  return after && { judgement: { verdict, value: null, threshold: null, why: of.why }, before, after };
}

function combined(verdict: Verdict, judged: readonly JudgedLeaf[], lead: number): Judgement {
  const { value, threshold } = judged[lead]!.judgement;
  const why = [...new Set(judged.map((leaf) => leaf.judgement.why))].join('; ');
  return { verdict, value, threshold, why };
}

/** The first measurement of the window whose value is another now than when the window was judged before. */
function revisedBy(before: RuleMemory | null, { end }: TakenWindow, judged: readonly JudgedLeaf[]): Revised | null {
  const known = before?.windows.find((window) => window.end === end);
  if (!known) return null;
  for (const [i, { seen, measurement }] of judged.entries()) {
    const was = known.seen[i];
    if (!measurement || !was || was.verdict === 'absent' || seen.revision <= was.revision) continue;
    if (seen.value !== was.value) return { measurement, from: was.value, to: seen.value };
  }
  return null;
}
