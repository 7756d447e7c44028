import type { ConditionConfig, Measurement, ModelConfig, RuleConfig } from '@leeway/contract';
import { parseExpression } from './expression.ts';
import { type Judgement, judgeMeasurement, sampleOf } from './judge-measurement.ts';
import { learnThreshold, type PastWindow } from './learn-threshold.ts';
import type { InstanceState } from './next-state.ts';
import type { Seen } from './rule-memory.ts';

type Leaf = ConditionConfig | RuleConfig;

/** The measurements of a window by metric, and then by "column|slice". */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, Measurement>>;

/** What an instance of a rule is about; empty for the whole. */
export interface Subject {
  column: string;
  slice: string;
}

export const subjectKey = ({ column, slice }: Subject): string => `${column}|${slice}`;

export function byMetric(measurements: readonly Measurement[]): Measured {
  const found = new Map<string, Map<string, Measurement>>();
  for (const measurement of measurements) {
    if (measurement.version !== '') continue; // of a shadow or of one version of several; rules are about what serves
    const same = found.get(measurement.metric) ?? new Map<string, Measurement>();
    found.set(measurement.metric, same.set(subjectKey(measurement), measurement));
  }
  return found;
}

/** The metrics that a condition looks at. */
export const metricsOf = (leaf: Leaf): string[] =>
  leaf.expression === undefined ? [leaf.metric] : parseExpression(leaf.expression).refs.map(({ metric }) => metric);

/** Whether a condition is about each column, or each slice, by itself. */
export const isOfEach = ({ column, slice }: Pick<Leaf, 'column' | 'slice'>): boolean => column === '*' || slice === '*';

/**
 * What a rule has to be judged about: of each column (or slice) that a "*" stands for and that was measured; else once. Conditions
 * without a "*" are the same for all.
 */
export function subjectsOf(leaves: readonly Leaf[], measured: Measured): Subject[] {
  const common: Subject = { column: commonOf(leaves, 'column'), slice: commonOf(leaves, 'slice') };
  const each = leaves.filter(isOfEach);
  if (each.length === 0) return [common];
  const found = new Map<string, Subject>();
  for (const leaf of each) {
    for (const measurement of measured.get(leaf.metric)?.values() ?? []) {
      const about = { column: leaf.column ?? '', slice: leaf.slice ?? '' };
      if (!fits(about.column, measurement.column) || !fits(about.slice, measurement.slice)) continue;
      const subject = {
        column: about.column === '*' ? measurement.column : common.column,
        slice: about.slice === '*' ? measurement.slice : common.slice,
      };
      found.set(subjectKey(subject), subject);
    }
  }
  return [...found.values()];
}

const fits = (wanted: string, actual: string): boolean => (wanted === '*' ? actual !== '' : actual === wanted);

/** What all conditions say of `key`, other than "*"; empty where they differ. */
function commonOf(leaves: readonly Leaf[], key: keyof Subject): string {
  const said = new Set(leaves.map((leaf) => leaf[key] ?? '').filter((text) => text !== '*'));
  return said.size === 1 ? [...said][0]! : '';
}

export interface LeafInput {
  rule: RuleConfig;
  leaf: Leaf;
  /** Position of the leaf among those of the rule. */
  position: number;
  subject: Subject;
  measured: Measured;
  /** The state after all windows before this one. */
  from: InstanceState;
  model: ModelConfig;
  windowStart: number;
  windowEnd: number;
  /** What a learned threshold may learn from. */
  history: readonly PastWindow[];
}

export interface JudgedLeaf {
  seen: Seen;
  judgement: Judgement;
  /** What it went by; null where it was not measured. */
  measurement: Measurement | null;
}

const NOT_MEASURED = 'it was not measured';

export function judgeLeaf(input: LeafInput): JudgedLeaf {
  const { rule, leaf, position, subject, measured, from } = input;
  if (leaf.expression !== undefined) return judgeExpression(input, leaf.expression);
  const column = leaf.column === '*' ? subject.column : (leaf.column ?? '');
  const slice = leaf.slice === '*' ? subject.slice : (leaf.slice ?? '');
  const measurement = measured.get(leaf.metric)?.get(subjectKey({ column, slice }));
  if (!measurement) return absent(`${leaf.metric}: ${NOT_MEASURED}`);
  const condition = withMinimums(rule, leaf);
  const { windowStart, windowEnd, history } = input;
  const learned =
    leaf.threshold &&
    learnThreshold(leaf.threshold, {
      window: { start: windowStart, end: windowEnd },
      past: history.filter((past) => past.column === column && past.slice === slice),
      bad: from.bad ?? [],
    });
  const judgement = judgeMeasurement(condition, measurement, from.values[position] ?? null, learned);
  const seen: Seen = { revision: measurement.revision, verdict: judgement.verdict, value: judgement.value };
  if (leaf.against === 'previous') seen.sample = sampleOf(measurement);
  return { seen, judgement, measurement };
}

/** What the rule asks for at least is asked of each of its conditions. */
export const withMinimums = (rule: RuleConfig, leaf: Leaf): Leaf => ({
  ...leaf,
  minimumRows: Math.max(rule.minimumRows, leaf.minimumRows),
  minimumCoverage: Math.max(rule.minimumCoverage, leaf.minimumCoverage),
});

function judgeExpression({ rule, leaf, measured, model, windowStart, windowEnd }: LeafInput, text: string): JudgedLeaf {
  const { minimumRows, minimumCoverage } = withMinimums(rule, leaf);
  const expression = parseExpression(text);
  const found = new Map<string, Measurement>();
  for (const ref of expression.refs) {
    const measurement = measured.get(ref.metric)?.get(subjectKey(ref));
    if (measurement) found.set(ref.key, measurement);
  }
  const [lead] = found.values();
  if (!lead) return absent(`${text}: ${NOT_MEASURED}`);
  const enough = new Map(
    [...found].filter(([, { n, coverage, status }]) =>
      status !== 'ok' ? true : n >= minimumRows && (coverage === null || coverage >= minimumCoverage),
    ),
  );
  const failed = [...found].find(([, { status }]) => status === 'error');
  const { verdict, why } = failed
    ? { verdict: 'error' as const, why: `${failed[0]} failed: ${failed[1].reason}` }
    : expression.evaluate({ measurements: enough, windowStart, windowEnd, model });
  const known = verdict === 'breach' || verdict === 'clear';
  const value = known && lead.status === 'ok' ? lead.value : null;
  // Each revision of any of its measurements is one more of the whole.
  const revision = [...found.values()].reduce((sum, measurement) => sum + measurement.revision, 0);
  const judgement = { verdict, value, threshold: null, why };
  return { seen: { revision, verdict, value }, judgement, measurement: lead };
}

function absent(why: string): JudgedLeaf {
  return {
    seen: { revision: -1, verdict: 'absent', value: null },
    judgement: { verdict: 'no_data', value: null, threshold: null, why },
    measurement: null,
  };
}
