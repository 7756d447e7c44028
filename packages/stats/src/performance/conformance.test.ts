import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/performance.json' with { type: 'json' };
import { classPerformance } from './class-metrics.ts';
import { precisionRecallCurve, rocCurve } from './curves.ts';
import { measurePerformance } from './index.ts';
import type { MetricEstimate } from './performance-metric.ts';
import { pinballLoss } from './pinball-loss.ts';
import { summarizeBinary } from './summarize-binary.ts';
import { summarizeMulticlass } from './summarize-multiclass.ts';
import { summarizeRegression } from './summarize-regression.ts';

const column = (values: readonly number[]) => Float64Array.from(values);
const weights = (values: number[] | null) => (values ? column(values) : undefined);

/** To 1e-12 of the value, or of 1 where it is smaller. */
function expectEqual(actual: number | null | undefined, expected: number, what: string, tolerance = 1e-12): void {
  expect(actual, what).toBeTypeOf('number');
  expect(
    Math.abs(actual! - expected) / Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, ${expected}`,
  ).toBeLessThan(tolerance);
}

function expectAll(measured: Record<string, MetricEstimate>, expected: object, tolerance?: number): void {
  for (const [id, value] of Object.entries(expected)) expectEqual(measured[id]?.value, value, id, tolerance);
}

describe('values are those of scikit-learn', () => {
  it.each(vectors.binary)('binary: $name', ({ labels, scores, metrics, ...vector }) => {
    const said = scores.map((score) => (score >= 0.5 ? 1 : 0));
    const summary = summarizeBinary(column(labels), column(scores), said, weights(vector.weights));
    expectAll(measurePerformance(summary), metrics);
    if (!vector.roc || !vector.precision_recall) return;
    const roc = rocCurve(summary)!;
    expect(roc.map((point) => point.threshold)).toEqual(vector.roc.thresholds);
    for (const [i, point] of roc.entries()) {
      expectEqual(point.false_positive_rate, vector.roc.fpr[i]!, `fpr ${i}`);
      expectEqual(point.true_positive_rate, vector.roc.tpr[i]!, `tpr ${i}`);
    }
    const curve = precisionRecallCurve(summary)!.reverse();
    expect(curve).toHaveLength(vector.precision_recall.recall.length);
    for (const [i, point] of curve.entries()) {
      expectEqual(point.precision, vector.precision_recall.precision[i]!, `precision ${i}`);
      expectEqual(point.recall, vector.precision_recall.recall[i]!, `recall ${i}`);
    }
  });

  it.each(vectors.multiclass)('multiclass: $name', ({ classes, labels, predicted, probabilities, ...vector }) => {
    const summary = summarizeMulticlass(labels, predicted, classes, {
      ofClasses: probabilities.map(column),
      weights: weights(vector.weights),
    });
    expectAll(measurePerformance(summary), vector.metrics);
    const parts = classPerformance(summary);
    for (const [metric, values] of Object.entries(vector.per_class)) {
      for (const [k, value] of values.entries()) {
        expectEqual(parts[k]![metric as 'precision'].value, value, `${metric} of ${classes[k]}`);
      }
    }
  });

  it.each(vectors.regression)('regression: $name', ({ name, labels, predictions, metrics, pinball, ...vector }) => {
    const summary = summarizeRegression(column(labels), column(predictions), weights(vector.weights));
    // Labels of 1e7 leave 9 digits of an error of 5.
    expectAll(measurePerformance(summary), metrics, name === 'large labels' ? 1e-11 : 1e-12);
    for (const { quantile, loss } of pinball) {
      expectEqual(pinballLoss(summary, quantile).value, loss, `pinball ${quantile}`);
    }
  });
});
