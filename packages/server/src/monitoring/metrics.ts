import { driftTests } from '@leeway/stats';

/** A metric that a monitor measures beside those of performance, which stand in the registry of `@leeway/stats`. */
export interface MonitoringMetric {
  id: string;
  /** `model`: one number a window. `column`: one for each column, so a rule about it has to say `column`. */
  of: 'model' | 'column';
  text: string;
}

/** Every metric of the checks drift, quality and service. Rules are checked against it, and the reference is made from it. */
export const monitoringMetrics: readonly MonitoringMetric[] = [
  {
    id: 'drift.share',
    of: 'model',
    text: 'Share of the judged columns that drifted.',
  },
  {
    id: 'drift.score',
    of: 'column',
    text: 'How near the column is to being judged as drifted, the same for every test: 1 or more is a drift.',
  },
  ...driftTests.map(
    ({ id, label }): MonitoringMetric => ({
      id: `drift.${id}`,
      of: 'column',
      text: `Statistic of one test: ${label}. Measured where the monitor or the feature names the test, or the automatic choice took it.`,
    }),
  ),
  {
    id: 'quality.rows',
    of: 'model',
    text: 'Predictions that came.',
  },
  {
    id: 'quality.rejected_share',
    of: 'model',
    text: 'Share of the predictions that went to quarantine, by the time of their arrival.',
  },
  {
    id: 'quality.missing_share',
    of: 'column',
    text: 'Share of rows without a value.',
  },
  {
    id: 'quality.new_category_share',
    of: 'column',
    text: 'Share of values that the reference never had; categorical columns only, and only where the list of the reference is whole.',
  },
  {
    id: 'quality.range_share',
    of: 'column',
    text: 'Share of values outside of min and max as declared, or as the reference had them; also by the range of each slice.',
  },
  {
    id: 'service.requests',
    of: 'model',
    text: 'Distinct requests that came. Rows that were sent without `request` count as one request together.',
  },
  {
    id: 'service.error_share',
    of: 'model',
    text: 'Share of the rows that ended in an error.',
  },
  ...[50, 95, 99].map(
    (percent): MonitoringMetric => ({
      id: `service.latency_p${percent}`,
      of: 'model',
      text: `Milliseconds within which ${percent} % of the rows were answered.`,
    }),
  ),
];
