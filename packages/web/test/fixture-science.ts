import { type Measurement, MetricInfo } from '@leeway/contract';
import { at, DAYS, ill, labelledOn, measured, measurements as plain, rowsOn } from './fixture-flights.ts';
import { seeded } from './random.ts';

/**
 * The measurements of `flights-late` that a monitor makes when more checks are on: estimates without labels, which are withdrawn
 * from day 90 to 99, detectors, drift of all columns together, worst slices, fairness by kind of carrier, and more of quality.
 */
const WITHDRAWN = [90, 99] as const;
const FEW = 'regional-charter';
const GROUPS: Record<string, [rows: number, selected: number, tpr: number, fpr: number, precision: number]> = {
  national: [0.58, 0.16, 0.46, 0.09, 0.62],
  'low-cost': [0.27, 0.15, 0.43, 0.085, 0.61],
  regional: [0.147, 0.109, 0.33, 0.06, 0.55],
  [FEW]: [0.003, 0.2, 0.5, 0.1, 0.5],
};
const MEASURES = ['selection_rate', 'true_positive_rate', 'false_positive_rate', 'precision'];

function estimatesOn(day: number): Measurement[] {
  const { normal } = seeded(120_000 + day);
  const realised = plain.find(
    (one) => one.windowStart === at(day) && one.metric === 'roc_auc' && one.slice === '' && one.version === '',
  );
  const withdrawn = day >= WITHDRAWN[0] && day <= WITHDRAWN[1];
  return ['roc_auc', 'accuracy'].map((metric) => {
    const level = metric === 'roc_auc' ? (realised?.value ?? 0.741) : 0.79;
    const value = level + normal(0, 0.005) + (ill(day) ? 0.006 : 0);
    return withdrawn
      ? measured({
          ...{ day, metric: `estimated.${metric}`, status: 'insufficient' },
          reason: 'withdrawn: the latest labels lie off the expected chances by 0.082; 0.012 would be chance',
          detail: { withdrawn: 'miscalibrated', estimate: value, lower: value - 0.014, upper: value + 0.014 },
        })
      : measured({ day, metric: `estimated.${metric}`, value, lower: value - 0.014, upper: value + 0.014 });
  });
}

/** How wrong the estimates were, those that were withdrawn too. */
function errorsOf(day: number, estimates: Measurement[]): Measurement[] {
  return estimates.flatMap(({ metric, value, detail }) => {
    const id = metric.slice('estimated.'.length);
    const own = plain.find(
      (one) => one.windowStart === at(day) && one.metric === id && one.slice === '' && one.version === '',
    );
    const estimate = value ?? (detail['estimate'] as number);
    if (!own || own.value === null) return [];
    return measured({
      ...{ day, metric: `estimate_error.${id}`, value: estimate - own.value, n: own.n },
      detail: { estimate, lower: estimate - 0.014, upper: estimate + 0.014, realised: own.value },
    });
  });
}

function detectorsOn(day: number): Measurement[] {
  const drifts = { 79: [[9, 644_120]], 102: [[3, 838_002]] } as Record<number, [number, number][]>;
  const found = (drifts[day] ?? []).map(([hour, index]) => ({ at: at(day, hour), index, version: 'v1' }));
  return [
    measured({
      ...{ day, metric: 'detector.adwin', value: found.length },
      detail: { on: 'error', warnings: 0, drifts: found, late: 0 },
    }),
    measured({
      ...{ day, metric: 'detector.page_hinkley', column: 'taxi_out', value: Number(day === 85) },
      detail: { on: 'taxi_out', warnings: 0, drifts: [], late: 0 },
    }),
  ];
}

function multivariateOn(day: number): Measurement[] {
  const { normal } = seeded(130_000 + day);
  const moved = Math.max(0, (day - 84) / 36);
  const error = 1.42 + normal(0, 0.02) + 0.3 * moved;
  const auc = 0.51 + Math.abs(normal(0, 0.015)) + 0.2 * moved;
  const separating = ['taxi_out', 'temperature', 'visibility', 'wind_speed', 'distance'].map((column, i) => ({
    column,
    importance: 0.48 / (i + 1),
    auc: i < 3 ? 0.5 + (0.15 * moved) / (i + 1) : null,
  }));
  return [
    measured({
      ...{ day, metric: 'multivariate.reconstruction_error', value: error, lower: error - 0.02, upper: error + 0.02 },
      ...{ reference: 1.42, threshold: 1.52 },
      detail: { drifted: error > 1.52, thresholds: { lower: 1.33, upper: 1.52 }, components: 6 },
    }),
    measured({
      ...{ day, metric: 'multivariate.domain_auc', value: auc, lower: auc - 0.01, upper: auc + 0.01 },
      ...{ threshold: 0.65, detail: { drifted: auc > 0.65, separating } },
    }),
  ];
}

function slicesOn(day: number): Measurement[] {
  if (rowsOn(day) < 100) {
    return [
      measured({ day, metric: 'slices.found', status: 'insufficient', reason: '62 labelled rows, 100 are wanted' }),
    ];
  }
  const found = [
    { slice: 'origin=SFO and departure_hour in [17, 21)', excess: 0.061, ratio: 1.84 },
    { slice: 'carrier=9E', excess: 0.024, ratio: 1.41 },
    ...(day % 3 === 0 ? [{ slice: 'is_holiday=true', excess: 0.011, ratio: 1.27 }] : []),
  ];
  return [
    measured({ day, metric: 'slices.found', value: found.length, n: 214 }),
    ...found.map(({ slice, excess, ratio }) =>
      measured({
        ...{ day, metric: 'slices.excess', slice, value: excess, n: Math.round(rowsOn(day) * 0.07) },
        detail: { loss: 0.46 * ratio, lower: 0.42 * ratio, upper: 0.5 * ratio, rest: 0.46, ratio },
      }),
    ),
  ];
}

function fairnessOn(day: number): Measurement[] {
  const { normal } = seeded(140_000 + day);
  const column = 'carrier_type';
  const n = rowsOn(day);
  const off = day >= 70 ? 0.12 : 0;
  const gap = (metric: string, value: number, wide: number) =>
    measured({ ...{ day, column, metric: `fairness.${metric}`, value, n }, lower: value - wide, upper: value + wide });
  const groups = Object.entries(GROUPS).flatMap(([group, [share, ...levels]]) =>
    MEASURES.map((measure, i) => {
      const rows = Math.round(n * share);
      const about = { day, column, slice: `${column}=${group}`, metric: `fairness.${measure}`, n: rows };
      const value = levels[i]! + normal(0, 0.004);
      return group === FEW
        ? measured({ ...about, value, status: 'insufficient', reason: 'too_few_rows' })
        : measured({ ...about, value, lower: value - 0.02, upper: value + 0.02 });
    }),
  );
  return [
    measured({ day, column, metric: 'fairness.groups', value: Object.keys(GROUPS).length, n }),
    { ...gap('demographic_parity_ratio', 0.86 - off + normal(0, 0.015), 0.05), threshold: 0.8 },
    gap('demographic_parity_difference', 0.03 + off / 4 + normal(0, 0.004), 0.012),
    gap('equal_opportunity_difference', 0.11 + normal(0, 0.01), 0.04),
    gap('equalized_odds_ratio', 0.78 + normal(0, 0.01), 0.06),
    measured({
      ...{ day, column: 'age', metric: 'fairness.groups', n: 0, status: 'no_data' },
      reason: '"age" is numeric: say where to cut it by fairness.bins of the monitor',
    }),
    ...groups,
  ];
}

function qualityOn(day: number): Measurement[] {
  const { uniform } = seeded(150_000 + day);
  const fault = day === 52;
  const judged = (found: boolean) => ({ detail: { basis: 'inferred', found } });
  return [
    measured({ day, metric: 'quality.duplicate_share', value: fault ? 0.18 : 0.0004, ...judged(fault) }),
    measured({ day, metric: 'quality.row_count_score', value: uniform() * 1.5 + (fault ? 6 : 0), ...judged(fault) }),
    measured({ day, metric: 'quality.age_seconds', value: 40 + uniform() * 60 }),
    measured({ day, metric: 'quality.gap_seconds', value: 11_000 + uniform() * 4_000 }),
    measured({ day, metric: 'quality.late_share', value: uniform() * 0.003, reference: 0.003 }),
    measured({
      ...{ day, metric: 'quality.correlation_shift', column: 'taxi_out', value: 0.05 + (day > 84 ? 0.3 : 0) },
      detail: { with: 'departure_delay', basis: 'inferred', found: day > 84 },
    }),
    measured({ day, metric: 'quality.repeated_share', column: 'destination', value: 0, reference: 0 }),
  ];
}

const scienceOn = (day: number): Measurement[] => {
  const estimates = estimatesOn(day);
  return rowsOn(day) === 0
    ? []
    : [
        ...(rowsOn(day) >= 100 ? estimates : []),
        ...multivariateOn(day),
        ...qualityOn(day),
        ...(labelledOn(day)
          ? [...errorsOf(day, estimates), ...detectorsOn(day), ...slicesOn(day), ...fairnessOn(day)]
          : []),
      ];
};

export const measurements: Measurement[] = [
  ...plain,
  ...Array.from({ length: DAYS }, (_, day) => scienceOn(day)).flat(),
];

const text = (id: string, words: string, of: 'model' | 'column' = 'model') =>
  MetricInfo.parse({ id, of, text: words, better: null });

export const metrics: MetricInfo[] = [
  text('roc_auc', 'ROC AUC'),
  text('average_precision', 'Average precision'),
  text('matthews_corrcoef', 'Matthews correlation coefficient'),
  text('quality.rows', 'Predictions that came.'),
  text('quality.duplicate_share', 'Share of rows with the same features as another row of the window.'),
  text('quality.age_seconds', 'Seconds from the newest prediction to the end of the window.'),
  text('quality.missing_share', 'Share of rows without a value.', 'column'),
];
