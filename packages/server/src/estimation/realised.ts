import {
  type Calibration,
  type CalibrationGap,
  calibrationGap,
  classGap,
  classRefusal,
  estimateBinary,
  estimateClasses,
  knownLabels,
  type MetricEstimate,
} from '@leeway/stats';
import type { Params, Warehouse } from '../warehouse/warehouse.ts';
import { countClassScores } from './class-score-counts.ts';
import { countScores } from './score-counts.ts';

/** What labels showed of the metrics that are estimated. */
export interface Realised {
  realised: Record<string, number | null>;
  /** Labelled rows. */
  n: number;
}

/**
 * Counted as estimates are, so that the two differ by the labels alone, and how far these lie off the calibration, if one
 * is given. `rows` has score, prediction and label.
 */
export async function realisedBinary(
  warehouse: Warehouse,
  rows: string,
  params: Params & { positive: string },
  calibration?: Calibration,
): Promise<Realised & { gap: CalibrationGap | null }> {
  const { counts } = await countScores(warehouse, rows, params, true);
  const { metrics, n } = estimateBinary(knownLabels(counts), null);
  return {
    realised: valuesOf(metrics),
    n,
    gap: calibration?.refused === null ? calibrationGap(counts, calibration) : null,
  };
}

/** The same of several classes. `rows` has scores, prediction and label. */
export async function realisedClasses(
  warehouse: Warehouse,
  rows: string,
  params: Params,
  classes: readonly string[],
  calibrations?: readonly Calibration[],
): Promise<Realised & { gap: (CalibrationGap & { class: string }) | null }> {
  const counts = await countClassScores(warehouse, rows, params, classes, true);
  const realised = valuesOf(estimateClasses(counts.map(knownLabels), null));
  const n = counts[0]!.rows.reduce((sum, count) => sum + count, 0);
  const gap = calibrations && !classRefusal(calibrations) ? classGap(counts, calibrations) : null;
  return { realised, n, gap: gap && { ...gap, class: classes[gap.class]! } };
}

const valuesOf = (metrics: Record<string, MetricEstimate>): Realised['realised'] =>
  Object.fromEntries(Object.entries(metrics).map(([id, { value }]) => [id, value]));

/** Of a regression. `rows` has prediction and label. */
export async function realisedRegression(warehouse: Warehouse, rows: string, params: Params): Promise<Realised> {
  const [row] = await warehouse.query<Record<'n' | 'mae' | 'mse' | 'rmse' | 'mape' | 'rmsle', number | null>>(
    `SELECT count() AS n, avg(abs(e)) AS mae, avg(e * e) AS mse, sqrt(avg(e * e)) AS rmse,
       avgIf(abs(e / y), y != 0) AS mape, sqrt(avgIf(pow(log1p(s) - log1p(y), 2), s > -1 AND y > -1)) AS rmsle
     FROM (SELECT assumeNotNull(prediction) AS s, assumeNotNull(label) AS y, s - y AS e
       FROM ${rows} WHERE isNotNull(label) AND isNotNull(prediction))`,
    params,
    'estimate/realised',
  );
  const { n, ...realised } = row!;
  return { realised, n: n ?? 0 };
}
