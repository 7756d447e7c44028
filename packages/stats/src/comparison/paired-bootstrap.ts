import { performanceMetrics } from '../performance/index.ts';
import type { PerformanceMetric } from '../performance/performance-metric.ts';
import type { PerformanceSummary } from '../performance/performance-summary.ts';
import { type BootstrapOptions, bootstrapInterval } from './bootstrap-interval.ts';
import { metricOfDraw } from './metric-of-draw.ts';
import type { PairedComparison } from './paired-comparison.ts';
import { assertModels, type PairedModels } from './paired-models.ts';

export interface PairedBootstrapOptions extends BootstrapOptions {
  /** One of `comparisonMetrics(task)`. */
  metric: string;
  /** Which way the metric runs, for one that describes the data and not the quality; otherwise the metric says. */
  better?: 'higher' | 'lower';
}

/**
 * Bootstrap of the difference between two models' metric over the same rows: rows, units or blocks are drawn with
 * replacement and both models are evaluated on the draw, so what makes a row hard for both cancels out. Of a metric that
 * is the better the nearer to 0, its size is compared. See `bootstrapInterval`.
 *
 * @throws RangeError when the columns differ in length, hold a value that is not finite, or draws < 1.
 */
export function pairedBootstrap(models: PairedModels, options: PairedBootstrapOptions): PairedComparison {
  const { metric } = options;
  assertModels(models);
  const n = models.labels.length;
  const { better, ofSize } = directionOf(models.task, metric, options.better);
  const base: PairedComparison = {
    ...{ metric, better, champion: null, challenger: null, difference: null, lower: null, upper: null },
    ...{ standardError: null, pValue: null, differences: null, n, units: 0 },
  };
  if (n === 0) return { ...base, reason: 'no_data' };
  const [ofChampion, ofChallenger] = [models.champion, models.challenger].map((model) =>
    metricOfDraw(models, model, metric),
  );
  if (!ofChampion || !ofChallenger) return { ...base, reason: 'not_comparable' };
  const size = ofSize ? Math.abs : (value: number) => value;
  const once = new Int32Array(n).fill(1);
  const [champion, challenger] = [ofChampion(once), ofChallenger(once)];
  if (Number.isNaN(champion) || Number.isNaN(challenger)) return { ...base, reason: 'undefined_metric' };
  const difference = size(challenger) - size(champion);
  if (!Number.isFinite(difference)) return { ...base, reason: 'overflow' };
  const found = bootstrapInterval(n, (times) => size(ofChallenger(times)) - size(ofChampion(times)), options);
  const { values, standardError, lower, upper, units, reason } = found;
  const point = { ...base, champion, challenger, difference, units };
  const interval = { ...point, differences: values, standardError, lower, upper };
  return reason === 'none' ? interval : { ...interval, reason };
}

/** Which way a metric runs, and whether it is its size that counts. */
export function directionOf(
  task: PairedModels['task'],
  id: string,
  declared: 'higher' | 'lower' = 'higher',
): { better: 'higher' | 'lower'; ofSize: boolean } {
  const metrics: ReadonlyArray<Pick<PerformanceMetric<PerformanceSummary>, 'id' | 'better'>> = performanceMetrics[task];
  const better = metrics.find((metric) => metric.id === id)?.better ?? 'neither';
  if (better === 'zero') return { better: 'lower', ofSize: true };
  return { better: better === 'neither' ? declared : better, ofSize: false };
}
