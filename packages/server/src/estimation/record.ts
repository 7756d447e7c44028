import { type CalibrationGap, type TrackRecord, trackRecord } from '@leeway/stats';
import type { Scope } from '../monitoring/check.ts';
import { readMeasurements } from '../monitoring/measurements.ts';

export const ESTIMATED = 'estimated.';
export const ERROR = 'estimate_error.';
export const GAP = 'estimate_calibration_gap';

/** Windows of the past that an estimator is judged by. */
const RECORD_WINDOWS = 30;

/** What the labels of earlier windows said of the estimates of the serving version. */
export interface PastEstimates {
  /** By metric. */
  records: Map<string, TrackRecord>;
  /** Of the latest window with labels. */
  gap: Pick<CalibrationGap, 'gap' | 'byChance' | 'pValue'> | null;
}

export async function pastEstimates(
  { warehouse, model, monitor, champion, from, to }: Scope,
  metrics: readonly string[],
): Promise<PastEstimates> {
  const found = await readMeasurements(warehouse, {
    model: model.name,
    monitor: monitor.name,
    metrics: [...metrics.map((metric) => ERROR + metric), GAP],
    slice: '',
    from: from - RECORD_WINDOWS * (to - from),
    to: from,
  });
  const own = found.filter(({ value, detail }) => value !== null && detail['version'] === champion);
  const records = new Map<string, TrackRecord>();
  for (const metric of metrics) {
    const outcomes = own
      .filter((measurement) => measurement.metric === ERROR + metric)
      .map(
        ({ detail }) => detail as { estimate: number; lower: number | null; upper: number | null; realised: number },
      );
    const record = trackRecord(outcomes);
    if (record) records.set(metric, record);
  }
  const latest = own.filter(({ metric }) => metric === GAP).at(-1);
  return { records, gap: latest ? (latest.detail as unknown as NonNullable<PastEstimates['gap']>) : null };
}
