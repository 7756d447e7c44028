import { type Calibration, type CalibrationGap, calibrationGap, estimateBinary, knownLabels } from '@leeway/stats';
import type { Params, Warehouse } from '../warehouse/warehouse.ts';
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
  const realised = Object.fromEntries(Object.entries(metrics).map(([id, { value }]) => [id, value]));
  return { realised, n, gap: calibration?.refused === null ? calibrationGap(counts, calibration) : null };
}

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
