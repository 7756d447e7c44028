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
}

/** Metrics that need a probability. */
const OF_SCORES: ReadonlySet<string> = new Set(
  performanceMetrics.binary.filter(({ needs }) => needs).map(({ id }) => id),
);

const COMPARABLE: Record<Task, readonly ComparisonMetric[]> = {
  binary: ['roc_auc', 'log_loss', 'brier_score', 'accuracy'],
  multiclass: ['accuracy'],
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
      const base = { ...columns, labels: input.labels, metric: metric as ComparisonMetric, seed: input.seed };
      return pairedBootstrap({ ...base, draws, confidence, ...(blocks ? { blocks } : {}) });
    },
  });
  const metrics = Object.fromEntries(Object.entries(challenger).map(([id, { value }]) => [id, value]));
  return { gates, metrics, profile: profileOf(input) };
}

function comparedColumns(input: EvaluationInput, champion: Said, metric: string) {
  if (!(COMPARABLE[input.task] as readonly string[]).includes(metric)) return null;
  const side = OF_SCORES.has(metric) ? 'scores' : 'predicted';
  const [first, second] = [champion[side], input.challenger[side]];
  return first && second ? { champion: first, challenger: second } : null;
}

function measure(
  { task, labels, classes }: EvaluationInput,
  { predicted, scores }: Said,
): Record<string, MetricEstimate> {
  if (task === 'regression') return measurePerformance(summarizeRegression(labels, predicted));
  if (task === 'multiclass') return measurePerformance(summarizeMulticlass(labels, predicted, classes));
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
  const values = scores ?? predicted;
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
  return { of: scores ? 'score' : 'prediction', summary: summarizeNumeric(values, edges, mean) };
}

function quantileOfSorted(values: Float64Array, q: number): number {
  const at = q * (values.length - 1);
  const low = values[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (values[Math.ceil(at)]! - low);
}
