import { performanceMetrics } from '../../performance/index.ts';
import type { BinarySummary } from '../../performance/performance-summary.ts';
import type { MetricOfDraw } from '../metric-of-draw.ts';
import type { ModelOutput } from '../paired-models.ts';
import { binaryRowLoss } from '../row-losses.ts';
import { countCodes, meanOfRows } from './mean-of-rows.ts';
import { areaOfDraw, averagePrecisionOfDraw, cellsOfDraw } from './ranked-rows.ts';

const BINS = 15;

/** A metric of a binary model; `null` where it needs scores and the model gives none. */
export function binaryMetricOfDraw(labels: Float64Array, model: ModelOutput, id: string): MetricOfDraw | null {
  const metric = performanceMetrics.binary.find((found) => found.id === id)!;
  const { predicted, scores } = model;
  const compute = (summary: Partial<BinarySummary>) => metric.compute({ ...NOTHING, ...summary }).value ?? Number.NaN;
  if (!metric.needs) {
    // 3 true positive, 2 false negative, 1 false positive, 0 true negative
    const code = Uint16Array.from(labels, (label, i) => (label > 0 ? 2 : 0) + (predicted[i]! > 0 ? 1 : 0));
    const count = countCodes(code, 4);
    return (times) => {
      const [tn, fp, fn, tp] = count(times) as unknown as [number, number, number, number];
      return compute({ n: tn + fp + fn + tp, tn, fp, fn, tp });
    };
  }
  if (!scores) return null;
  const loss = binaryRowLoss(labels, model, id);
  if (loss) return meanOfRows(loss);
  if (id === 'roc_auc') return areaOfDraw(labels, scores);
  if (id === 'average_precision') return averagePrecisionOfDraw(labels, scores);
  if (id === 'calibration_bias') return meanOfRows(scores.map((score, i) => score - (labels[i]! > 0 ? 1 : 0)));
  if (id === 'calibration_error') return equalWidthErrorOfDraw(labels, scores);
  const cells = cellsOfDraw(labels, scores);
  return (times) => {
    const found = cells(times);
    const n = found.reduce((sum, { positives, negatives }) => sum + positives + negatives, 0);
    return compute({ n, scored: n, cells: found });
  };
}

function equalWidthErrorOfDraw(labels: Float64Array, scores: Float64Array): MetricOfDraw {
  const bin = Uint16Array.from(scores, (score) => Math.max(0, Math.min(BINS - 1, Math.floor(score * BINS))));
  const gap = scores.map((score, i) => score - (labels[i]! > 0 ? 1 : 0));
  const sums = new Float64Array(BINS);
  return (times) => {
    sums.fill(0);
    let rows = 0;
    for (let i = 0; i < bin.length; i++) {
      const count = times[i]!;
      sums[bin[i]!]! += count * gap[i]!;
      rows += count;
    }
    return sums.reduce((total, sum) => total + Math.abs(sum), 0) / rows;
  };
}

const NOTHING: BinarySummary = {
  ...{ task: 'binary', n: 0, tp: 0, fp: 0, tn: 0, fn: 0, scored: 0, logLossSum: 0, logLossSumSquares: 0 },
  ...{ brierSum: 0, brierSumSquares: 0, calibration: [], auc: null, cells: null },
};
