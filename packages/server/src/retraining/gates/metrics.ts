import {
  type MetricEstimate,
  type ModelOutput,
  measurePerformance,
  type PairedModels,
  performanceMetrics,
  summarizeBinary,
  summarizeMulticlass,
  summarizeRegression,
} from '@leeway/stats';
import type { Evidence, Metrics, Said } from './gate.ts';

type Rows = Pick<Evidence, 'task' | 'labels' | 'classes'>;

/** Metrics that need a probability. */
const OF_SCORES: ReadonlySet<string> = new Set(
  performanceMetrics.binary.filter(({ needs }) => needs).map(({ id }) => id),
);

/** Several gates ask for the same rows, and sorting them is what takes time. */
const measured = new WeakMap<Said, Metrics>();

/** Every metric of one model. What was said belongs to these rows and to no others. */
export function measure(rows: Rows, said: Said): Metrics {
  const known = measured.get(said);
  if (known) return known;
  const found = measureRows(rows, said);
  measured.set(said, found);
  return found;
}

function measureRows(rows: Rows, said: Said): Metrics {
  const { task, labels, classes } = rows;
  const { predicted, scores } = said;
  if (task === 'regression') return measurePerformance(summarizeRegression(labels, predicted));
  if (task === 'multiclass') {
    const ofClasses = classColumns(rows, said) ?? undefined;
    return measurePerformance(summarizeMulticlass(labels, predicted, classes, { ofClasses }));
  }
  const metrics = measurePerformance(summarizeBinary(labels, scores ?? predicted, predicted));
  if (scores) return metrics;
  const none: MetricEstimate = { value: null, lower: null, upper: null, n: labels.length, reason: 'not_counted' };
  return Object.fromEntries(Object.entries(metrics).map(([id, found]) => [id, OF_SCORES.has(id) ? none : found]));
}

/** The probability of each class of the evaluation; 0 of one that the model gives none. Null without probabilities. */
function classColumns({ classes, labels }: Rows, { ofClasses }: Said): Float64Array[] | null {
  return ofClasses ? classes.map((name) => ofClasses.get(name) ?? new Float64Array(labels.length)) : null;
}

/** Both models, as the paired tests take them. */
export function pairedModels(rows: Rows & { challenger: Said }, champion: Said): PairedModels {
  const side = (said: Said): ModelOutput => ({
    predicted: said.predicted,
    scores: said.scores,
    ofClasses: classColumns(rows, said),
  });
  const { task, labels, classes, challenger } = rows;
  return { task, labels, classes, champion: side(champion), challenger: side(challenger) };
}
