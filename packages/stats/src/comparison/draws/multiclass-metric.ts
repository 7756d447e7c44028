import { performanceMetrics } from '../../performance/index.ts';
import { scaleToOne } from '../../performance/scale-to-one.ts';
import type { MetricOfDraw } from '../metric-of-draw.ts';
import type { ModelOutput } from '../paired-models.ts';
import { multiclassRowLoss } from '../row-losses.ts';
import { countCodes, meanOfRows } from './mean-of-rows.ts';
import { areaOfDraw } from './ranked-rows.ts';

/** A metric of a model of several classes; `null` where it needs probabilities and the model gives none. */
export function multiclassMetricOfDraw(
  labels: Float64Array,
  classes: readonly string[],
  model: ModelOutput,
  id: string,
): MetricOfDraw | null {
  const metric = performanceMetrics.multiclass.find((found) => found.id === id)!;
  const { predicted, ofClasses } = model;
  const k = classes.length;
  if (!metric.needs) {
    const count = countCodes(
      Uint16Array.from(labels, (label, i) => label * k + predicted[i]!),
      k * k,
    );
    const none = { scored: 0, rescaled: 0, logLossSum: 0, logLossSumSquares: 0, brierSum: 0, brierSumSquares: 0 };
    return (times) => {
      const counts = count(times);
      const matrix = classes.map((_, i) => Array.from(counts.subarray(i * k, (i + 1) * k)));
      return metric.compute({ task: 'multiclass', labels: classes, matrix, ...none }).value ?? Number.NaN;
    };
  }
  if (!ofClasses) return null;
  const loss = multiclassRowLoss(labels, model, id);
  if (loss) return meanOfRows(loss);
  const areas = scaleToOne(ofClasses).scores.map((scores, own) =>
    areaOfDraw(
      labels.map((label) => (label === own ? 1 : 0)),
      scores,
    ),
  );
  // As roc_auc_ovr: the mean over the classes that have both.
  return (times) => {
    const defined = areas.map((area) => area(times)).filter((area) => !Number.isNaN(area));
    return defined.reduce((sum, area) => sum + area, 0) / defined.length;
  };
}
