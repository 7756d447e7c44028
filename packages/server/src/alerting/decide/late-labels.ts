import type { Measurement } from '@leeway/contract';

/** Metrics that are measured of labels, though they say no coverage: groups and slices have labels of their own number each. */
const OF_LABELS = /^(fairness|slices)\./;

/** Whether labels that come late can still change a measurement, before its window is final. */
export const dependsOnLabels = ({ metric, coverage }: Pick<Measurement, 'metric' | 'coverage'>): boolean =>
  coverage !== null || OF_LABELS.test(metric);

/** Whether labels are still to come, so far as the measurement knows. */
export const awaitsLabels = (measurement: Pick<Measurement, 'metric' | 'coverage'>): boolean =>
  dependsOnLabels(measurement) && (measurement.coverage === null || measurement.coverage < 1);
