import type { GateConfig, GateResult, Task } from '@leeway/contract';
import {
  binEdges,
  type ColumnSummary,
  type ComparisonMetric,
  distinctValueEdges,
  type MetricEstimate,
  measurePerformance,
  pairedBootstrap,
  performanceMetrics,
  scaleToOne,
  summarizeBinary,
  summarizeCategorical,
  summarizeMulticlass,
  summarizeNumeric,
  summarizeRegression,
} from '@leeway/stats';
import { type Evaluation, judgeGates } from './decide/judge-gates.ts';

/** What one model said of the held-out rows. */
export interface Said {
  /** Positions in `classes` (of a binary model 1 is positive), or numbers. */
  predicted: Float64Array;
  /** Probability of the positive class, where the model gives one. */
  scores: Float64Array | null;
  /** Of several classes, the probability of each that is recorded. */
  ofClasses?: ReadonlyMap<string, Float64Array> | undefined;
}

export interface EvaluationInput {
  task: Task;
  /** Positions in `classes`, or numbers. */
  labels: Float64Array;
  classes: string[];
  /** Day of each row. */
  days: Int32Array;
  challenger: Said;
  champion: Said | null;
  withoutChampion: Evaluation['withoutChampion'];
  gates: readonly GateConfig[];
  minimumRows: number;
  /** The same seed gives the same intervals. */
  seed: number;
}

export interface EvaluationResult {
  gates: GateResult[];
  /** Metrics of the challenger by id. */
  metrics: Record<string, number | null>;
  /** What the challenger says of the held-out rows: its scores where it has them, its predictions otherwise. */
  profile: { of: 'score' | 'prediction'; summary: ColumnSummary };
  /** Its probabilities of several classes, by class. */
  classProfiles: ReadonlyMap<string, ColumnSummary>;
}

/** Metrics that need a probability. */
const OF_SCORES: ReadonlySet<string> = new Set(
  performanceMetrics.binary.filter(({ needs }) => needs).map(({ id }) => id),
);

const COMPARABLE: Record<Task, readonly ComparisonMetric[]> = {
  binary: ['roc_auc', 'log_loss', 'brier_score', 'accuracy'],
  multiclass: ['log_loss', 'accuracy'],
  regression: ['mae', 'mse', 'rmse'],
};

/** Days from which on whole days are drawn, so that rows of one day may depend on each other; below, rows are. */
const FEWEST_DAYS = 5;

/** Measures the challenger, compares it with the champion and judges the gates. Pure, and heavy: see `runEvaluation`. */
export function evaluate(input: EvaluationInput): EvaluationResult {
  const challenger = measure(input, input.challenger);
  const blocks = new Set(input.days).size >= FEWEST_DAYS ? input.days : undefined;
  const { gates } = judgeGates(input.gates, input.minimumRows, {
    rows: input.labels.length,
    challenger,
    withoutChampion: input.withoutChampion,
    compare: ({ metric, draws, confidence }) => {
      const columns = input.champion && comparedColumns(input, input.champion, metric);
      if (!columns) return null;
      const base = { ...columns, metric: metric as ComparisonMetric, seed: input.seed };
      return pairedBootstrap({ ...base, draws, confidence, ...(blocks ? { blocks } : {}) });
    },
  });
  const metrics = Object.fromEntries(Object.entries(challenger).map(([id, { value }]) => [id, value]));
  const classProfiles = new Map(
    Array.from(input.challenger.ofClasses ?? [], ([name, scores]) => [name, summarizeScores(scores)] as const),
  );
  return { gates, metrics, profile: profileOf(input), classProfiles };
}

function comparedColumns(input: EvaluationInput, champion: Said, metric: string) {
  if (!(COMPARABLE[input.task] as readonly string[]).includes(metric)) return null;
  const { labels, challenger } = input;
  const ofScores = OF_SCORES.has(metric);
  if (input.task === 'multiclass' && ofScores) {
    // The log loss of the probability of the true class is that of a row which is positive.
    const [first, second] = [ofTrueClass(input, champion), ofTrueClass(input, challenger)];
    return first && second
      ? { labels: new Float64Array(labels.length).fill(1), champion: first, challenger: second }
      : null;
  }
  const side = ofScores ? 'scores' : 'predicted';
  const [first, second] = [champion[side], challenger[side]];
  return first && second ? { labels, champion: first, challenger: second } : null;
}

/** The probability of each class of the evaluation; 0 of one that the model gives none. Null without probabilities. */
function classColumns({ classes, labels }: EvaluationInput, { ofClasses }: Said): Float64Array[] | null {
  return ofClasses ? classes.map((name) => ofClasses.get(name) ?? new Float64Array(labels.length)) : null;
}

function ofTrueClass(input: EvaluationInput, said: Said): Float64Array | null {
  const columns = classColumns(input, said);
  if (!columns) return null;
  const { scores } = scaleToOne(columns);
  return input.labels.map((label, row) => scores[label]![row]!);
}

function measure(input: EvaluationInput, said: Said): Record<string, MetricEstimate> {
  const { task, labels, classes } = input;
  const { predicted, scores } = said;
  if (task === 'regression') return measurePerformance(summarizeRegression(labels, predicted));
  if (task === 'multiclass') {
    const ofClasses = classColumns(input, said) ?? undefined;
    return measurePerformance(summarizeMulticlass(labels, predicted, classes, { ofClasses }));
  }
  const metrics = measurePerformance(summarizeBinary(labels, scores ?? predicted, predicted));
  if (scores) return metrics;
  const none: MetricEstimate = { value: null, lower: null, upper: null, n: labels.length, reason: 'not_counted' };
  return Object.fromEntries(Object.entries(metrics).map(([id, found]) => [id, OF_SCORES.has(id) ? none : found]));
}

/** As the engine plans a numeric column: its values where they are few, otherwise its percentiles. */
const FEW_VALUES = 64;
const QUANTILES = 100;

function profileOf({ task, classes, challenger: { predicted, scores } }: EvaluationInput): EvaluationResult['profile'] {
  if (!scores && task !== 'regression') return { of: 'prediction', summary: summarizeCategorical(predicted, classes) };
  return { of: scores ? 'score' : 'prediction', summary: summarizeScores(scores ?? predicted) };
}

function summarizeScores(values: Float64Array): ColumnSummary {
  const sorted = values.slice().sort();
  const distinct = new Set<number>();
  for (const value of sorted) {
    distinct.add(value);
    if (distinct.size > FEW_VALUES) break;
  }
  const edges =
    distinct.size <= FEW_VALUES
      ? distinctValueEdges([...distinct])
      : binEdges(Array.from({ length: QUANTILES + 1 }, (_, i) => quantileOfSorted(sorted, i / QUANTILES)));
  const mean = values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return summarizeNumeric(values, edges, mean);
}

function quantileOfSorted(values: Float64Array, q: number): number {
  const at = q * (values.length - 1);
  const low = values[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (values[Math.ceil(at)]! - low);
}
