import type { MetricInfo, ModelConfig } from '@leeway/contract';
import { detectors, driftTests, fairnessCriteria, performanceMetrics } from '@leeway/stats';
import { ESTIMATED_METRICS } from '../estimation/metrics.ts';
import { GROUP_MEASURES, REGRESSION_DISPARITIES } from './checks/fairness/metrics.ts';

/** A metric that a monitor measures beside those of performance, which stand in the registry of `@leeway/stats`. */
export interface MonitoringMetric {
  id: string;
  /** `model`: one number a window. `column`: one for each column, so a rule about it has to say `column`. */
  of: 'model' | 'column';
  text: string;
}

const ESTIMATED_IDS = [...new Set(Object.values(ESTIMATED_METRICS).flat())];

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
  ...detectors.map(
    ({ id, label }): MonitoringMetric => ({
      id: `detector.${id}`,
      of: 'model',
      text: `Changes that a streaming detector found in the window: ${label}. Of mistakes; what is on a score, a label or a feature is measured under that \`column\`.`,
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
    text: 'Share of values that are not among those declared; or that the reference never had, where its list is whole. Categorical columns.',
  },
  {
    id: 'quality.range_share',
    of: 'column',
    text: 'Share of values outside of min and max as declared, or as the reference had them; also by the range of each slice.',
  },
  { id: 'freshness.predictions', of: 'model', text: 'Hours since the time of the newest prediction.' },
  { id: 'freshness.labels', of: 'model', text: 'Hours since the newest label came.' },
  {
    id: 'freshness.windows',
    of: 'model',
    text: 'Hours by which the judging of a window is overdue: its time to be closed, or to be judged with the labels that there are, is over. 0 where none is.',
  },
  {
    id: 'freshness.retraining',
    of: 'model',
    text: 'Hours since a scheduled retraining should have begun and has not. 0 where none is missed.',
  },
  { id: 'freshness.reference', of: 'model', text: 'Hours since the end of the time that windows are compared with.' },
  { id: 'queue.overdue', of: 'model', text: 'Hours that the oldest job which is due has waited, over all models.' },
  {
    id: 'process.memory_share',
    of: 'model',
    text: "Memory of the server's process as a share of what it may have: the limit of its container, else of the machine.",
  },
  {
    id: 'process.event_loop_p99',
    of: 'model',
    text: "Milliseconds that the server's event loop was late, 99th percentile since the last look.",
  },
  { id: 'disk.free_share', of: 'model', text: 'Free share of the disk that holds the data folder.' },
  { id: 'feedback.count', of: 'model', text: 'Pieces of feedback that came.' },
  {
    id: 'feedback.rate',
    of: 'model',
    text: 'Predictions that feedback came on, as a share of the predictions of the window.',
  },
  { id: 'feedback.positive_share', of: 'model', text: 'Share of the ratings that are positive.' },
  { id: 'feedback.rating_mean', of: 'model', text: 'Mean rating.' },
  { id: 'feedback.correction_share', of: 'model', text: 'Share of the feedback that says what would have been right.' },
  {
    id: 'slices.found',
    of: 'model',
    text: 'Slices of one or two features in which the loss is worse than in the other rows, found by themselves.',
  },
  {
    id: 'slices.excess',
    of: 'model',
    text: 'For each slice found, the share of all loss that would go if it did as well as the other rows.',
  },
  {
    id: 'fairness.groups',
    of: 'column',
    text: 'Groups that the values of a protected column make; of several columns together, `column` names them all, as in "sex, race".',
  },
  ...fairnessCriteria.flatMap(({ id, label, measures }): MonitoringMetric[] => {
    const of = measures.map((measure) => measure.replaceAll('_', ' ')).join(' and ');
    const difference: MonitoringMetric = {
      id: `fairness.${id}_difference`,
      of: 'column',
      text: `${label}: largest difference between groups in ${of}.`,
    };
    const ratio: MonitoringMetric = {
      id: `fairness.${id}_ratio`,
      of: 'column',
      text: `${label}: smallest ratio between groups in ${of}.`,
    };
    return measures.includes('calibration_bias') ? [difference] : [difference, ratio];
  }),
  ...REGRESSION_DISPARITIES.flatMap((id): MonitoringMetric[] => [
    { id: `fairness.${id}_difference`, of: 'column', text: `Largest difference between groups in ${id} (regression).` },
    ...(id === 'bias'
      ? []
      : [
          {
            id: `fairness.${id}_ratio`,
            of: 'column' as const,
            text: `Smallest ratio between groups in ${id} (regression).`,
          },
        ]),
  ]),
  ...GROUP_MEASURES.map(
    (id): MonitoringMetric => ({
      id: `fairness.${id}`,
      of: 'column',
      text: `${id.replaceAll('_', ' ')} of each group; \`slice\` names the group, as in "sex=Female".`,
    }),
  ),
  {
    id: 'drift.unseen_token_share',
    of: 'column',
    text: 'Share of the tokens of a text column that the 10,000 most frequent of the reference do not have.',
  },
  {
    id: 'drift.text_domain_auc',
    of: 'column',
    text: 'How well a classifier tells the texts of the window from those of the reference: 0.5 not at all.',
  },
  {
    id: 'drift.vector_distance',
    of: 'column',
    text: 'Cosine distance of the mean vectors of window and reference.',
  },
  {
    id: 'drift.vector_component_share',
    of: 'column',
    text: 'Share of the components of a vector column whose mean has moved.',
  },
  {
    id: 'drift.vector_mmd',
    of: 'column',
    text: 'Squared maximum mean discrepancy of the vectors, unbiased; 0 where they do not differ.',
  },
  {
    id: 'multivariate.reconstruction_error',
    of: 'model',
    text: 'Mean distance of a row from what the principal components of the reference rebuild of it, over all features.',
  },
  {
    id: 'multivariate.domain_auc',
    of: 'model',
    text: 'How well a classifier tells rows of the window from rows of the reference: 0.5 not at all, 1 in every case.',
  },
  {
    id: 'multivariate.mmd',
    of: 'model',
    text: 'Squared maximum mean discrepancy of the rows of window and reference, unbiased; 0 where they do not differ.',
  },
  {
    id: 'value.mean',
    of: 'model',
    text: 'Mean value of a prediction, by what the monitor says that each cell of the confusion matrix is worth (binary).',
  },
  {
    id: 'value.total',
    of: 'model',
    text: 'The same, over all labelled rows of the window together.',
  },
  {
    id: 'quality.pattern_share',
    of: 'column',
    text: 'Share of values that do not match the pattern declared for the feature.',
  },
  {
    id: 'quality.repeated_share',
    of: 'column',
    text: 'Share of values that repeat an earlier one of the window; of features declared as unique.',
  },
  {
    id: 'quality.constant',
    of: 'column',
    text: '1 where every value of the window is the same and the reference varies, else 0.',
  },
  {
    id: 'quality.correlation_shift',
    of: 'column',
    text: 'Largest change of the correlation of a numeric feature with any other, against the reference.',
  },
  {
    id: 'quality.correlation_share',
    of: 'model',
    text: 'Share of the pairs of numeric features whose correlation has changed: by 0.2 or more, and beyond chance.',
  },
  {
    id: 'quality.duplicate_share',
    of: 'model',
    text: 'Share of rows with the same features as another row of the window.',
  },
  {
    id: 'quality.repeated_id_share',
    of: 'model',
    text: 'Share of rows whose id another row of the window has; `differing` counts those with other features.',
  },
  {
    id: 'quality.row_count_score',
    of: 'model',
    text: 'Robust deviations by which the number of rows lies off that of earlier windows of the same weekday and hour.',
  },
  {
    id: 'quality.age_seconds',
    of: 'model',
    text: 'Seconds from the newest prediction to the end of the window.',
  },
  {
    id: 'quality.gap_seconds',
    of: 'model',
    text: 'Longest time in the window without a prediction, in thousandths of the window.',
  },
  {
    id: 'quality.late_share',
    of: 'model',
    text: 'Share of rows that came later than the grace of the monitor after their time.',
  },
  ...ESTIMATED_IDS.map(
    (id): MonitoringMetric => ({
      id: `estimated.${id}`,
      of: 'model',
      text: `${id}, as it will probably be once the labels are in; no value, with the reason, where that can't be told.`,
    }),
  ),
  ...ESTIMATED_IDS.map(
    (id): MonitoringMetric => ({
      id: `estimate_error.${id}`,
      of: 'model',
      text: `Estimate of ${id} less what the labels showed.`,
    }),
  ),
  {
    id: 'estimate_calibration_gap',
    of: 'model',
    text: 'How far the labels lie from the chances that were expected of their scores; of several classes, those of the worst one.',
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

/** Every metric that is measured of a model and that its rules can read. */
export function metricsOf({ task, feedback, kpis }: Pick<ModelConfig, 'task' | 'feedback' | 'kpis'>): MetricInfo[] {
  const asked = feedback.questions.flatMap(({ type, name, text }): MetricInfo[] => {
    const id = `feedback.answer.${name}`;
    if (type === 'scale') return [{ id, of: 'model', text: `Mean answer to: ${text}`, better: null }];
    return type === 'choice'
      ? [{ id, of: 'column', text: `Share of each answer, which \`column\` names, to: ${text}`, better: null }]
      : [];
  });
  return [
    ...performanceMetrics[task].map(({ id, label, better }): MetricInfo => ({ id, of: 'model', text: label, better })),
    ...monitoringMetrics.map((metric): MetricInfo => ({ ...metric, better: null })),
    ...asked,
    ...kpis.map(
      ({ name, description, aggregate }): MetricInfo => ({
        id: `kpi.${name}`,
        of: 'model',
        text: `${description ?? `The KPI ${name}`} (${aggregate} of the window).`,
        better: null,
      }),
    ),
  ];
}
