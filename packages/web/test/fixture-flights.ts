import { Measurement, ModelConfig, MonitorWindow } from '@leeway/contract';
import type { WindowInfo } from '../src/api/queries.ts';
import { seeded } from './random.ts';

/**
 * Measurements of `flights-late`: 120 daily windows from March to June 2026. From day 78 on its scores are badly calibrated, on
 * days 50 to 52 a feed sends distances in the wrong unit, on days 63 and 64 nothing comes and on day 65 too little; the labels of
 * the last two days are not in yet. From day 95 version v3 runs in the shadow.
 */
const DAY_MS = 86_400_000;
const FIRST = Date.parse('2026-03-02T00:00:00.000Z');
export const DAYS = 120;
const MISCALIBRATED_FROM = 78;
const RETRAINED_ON = 101;
const SHADOW_FROM = 95;
const FEED_FAULT = [50, 51, 52];
const SILENT = [63, 64];
const THIN = [65];

export const at = (day: number, hours = 0): string => new Date(FIRST + day * DAY_MS + hours * 3_600_000).toISOString();
export const ill = (day: number) => day >= MISCALIBRATED_FROM && day < RETRAINED_ON;

export const config: ModelConfig = ModelConfig.parse({
  name: 'flights-late',
  task: 'binary',
  owner: 'ops-forecasting',
  description: 'Whether a flight arrives more than 15 minutes late, said at departure',
  columns: {
    id: 'flight_id',
    score: 'score',
    features: {
      distance: { type: 'numeric', min: 0, max: 5000, required: true },
      departure_hour: { type: 'numeric', min: 0, max: 23 },
      departure_delay: { type: 'numeric' },
      taxi_out: { type: 'numeric', min: 0 },
      temperature: { type: 'numeric' },
      wind_speed: { type: 'numeric' },
      visibility: { type: 'numeric' },
      load_factor: { type: 'numeric', min: 0, max: 1 },
      carrier: { type: 'categorical', required: true },
      origin: { type: 'categorical' },
      destination: { type: 'categorical' },
      weekday: { type: 'categorical' },
      aircraft_age: { type: 'numeric' },
      is_holiday: { type: 'boolean' },
    },
    slices: ['origin', 'carrier'],
    protected: ['carrier_type', 'age'],
  },
  reference: { kind: 'training' },
  monitors: [{ name: 'daily', slices: ['origin'] }],
  feedback: {
    questions: [
      { type: 'scale', name: 'early_enough', text: 'Were you told early enough?' },
      { type: 'choice', name: 'what_then', text: 'What did you do?', choices: ['rebooked', 'waited', 'did not fly'] },
      { type: 'text', name: 'why', text: 'Why was it late?' },
    ],
  },
  kpis: [
    { name: 'rebooking_cost', description: 'Cost of rebooking', unit: 'EUR', aggregate: 'sum' },
    { name: 'calls', description: 'Calls to the service desk', aggregate: 'sum' },
  ],
  rules: [
    {
      name: 'calibration',
      metric: 'calibration_error',
      above: 0.05,
      for: 3,
      severity: 'critical',
      runbook: 'https://wiki.example.org/calibration',
    },
    { name: 'auc-drop', metric: 'roc_auc', below: -0.05, against: 'reference', relative: true },
    { name: 'out-of-range', metric: 'quality.range_share', column: '*', above: 0.01 },
    { name: 'drift', metric: 'drift.share', above: 0.3, severity: 'info' },
    { name: 'slow', metric: 'service.latency_p95', above: 60 },
  ],
  retrain: {
    triggers: [{ on: 'alert', rule: 'calibration' }],
    executor: { type: 'command', command: ['python', 'train.py'] },
    gates: [
      { type: 'threshold', metric: 'roc_auc', above: 0.7 },
      { type: 'compare', metric: 'log_loss' },
      { type: 'compare', metric: 'roc_auc', form: 'non_inferiority', margin: 0.01 },
    ],
  },
});
const featureNames = Object.keys(config.columns.features);

export const windows: WindowInfo[] = Array.from({ length: DAYS }, (_, day) => {
  const rows = rowsOn(day);
  const state = day >= DAYS - 2 ? 'closed' : day > DAYS - 14 ? 'mature' : 'final';
  return MonitorWindow.parse({
    model: config.name,
    monitor: 'daily',
    start: at(day),
    end: at(day + 1),
    state,
    revision: state === 'closed' ? 0 : 1,
    rows,
    labelled: Math.round(rows * coverageOn(day)),
  });
});

export function rowsOn(day: number): number {
  if (SILENT.includes(day)) return 0;
  if (THIN.includes(day)) return 64;
  const { normal } = seeded(1_000 + day);
  return Math.round(8_400 + 1_500 * Math.sin((day / 7) * 2 * Math.PI) + normal(0, 280));
}

function coverageOn(day: number): number {
  if (day === DAYS - 1) return 0.12;
  if (day === DAYS - 2) return 0.46;
  return Math.min(0.995, 0.965 + seeded(2_000 + day).normal(0, 0.012));
}

const BASE: Record<string, [level: number, noise: number, whenIll: number, reference: number]> = {
  roc_auc: [0.742, 0.006, -0.012, 0.748],
  log_loss: [0.468, 0.006, 0.047, 0.462],
  brier_score: [0.151, 0.003, 0.017, 0.149],
  calibration_error: [0.019, 0.004, 0.061, 0.012],
  calibration_bias: [0.004, 0.006, 0.072, 0],
  accuracy: [0.791, 0.006, -0.021, 0.794],
  precision: [0.612, 0.012, -0.071, 0.62],
  recall: [0.438, 0.012, 0.052, 0.441],
  f1: [0.511, 0.01, -0.013, 0.515],
  prevalence: [0.207, 0.012, -0.051, 0.211],
  selection_rate: [0.148, 0.008, 0.031, 0.15],
};

type Draft = Partial<Measurement> & { metric: string; day: number };

export function measured({ day, ...given }: Draft): Measurement {
  return Measurement.parse({
    model: config.name,
    monitor: 'daily',
    ...{ column: '', slice: '', version: '', revision: 0, value: null, lower: null, upper: null },
    ...{ coverage: null, reference: null, threshold: null, status: 'ok', reason: '', detail: {} },
    n: rowsOn(day),
    windowStart: at(day),
    windowEnd: at(day + 1),
    computedAt: at(day + 2),
    ...given,
  });
}

function performanceOn(day: number, seed: number, over: Partial<Draft> & { shift?: number; rows?: number } = {}) {
  const { shift = 0, rows = rowsOn(day), ...rest } = over;
  const n = Math.round(rows * coverageOn(day));
  const { normal } = seeded(seed + day);
  return Object.entries(BASE).map(([metric, [level, noise, whenIll, reference]]) => {
    const value = level + normal(0, noise) + (ill(day) && over.version === undefined ? whenIll : 0) + shift * noise;
    const wide = 1.96 * noise * Math.sqrt(8_400 / n);
    const tooFew = n < 100;
    return measured({
      day,
      metric,
      value,
      n,
      lower: value - wide,
      upper: value + wide,
      reference: over.slice ? null : reference,
      coverage: coverageOn(day),
      revision: 1,
      ...(tooFew ? { status: 'insufficient', reason: `${n} labelled rows, and the monitor wants 100` } : {}),
      ...rest,
    });
  });
}

function driftOn(day: number, column: string, index: number) {
  const { normal, uniform } = seeded(40_000 + day * 61 + index);
  const rows = rowsOn(day);
  const seasonal = ['temperature', 'visibility'].includes(column) ? Math.max(0, (day - 40) / 42) : 0;
  const fault = column === 'distance' && FEED_FAULT.includes(day) ? 7.4 : 0;
  const taxi = column === 'taxi_out' && day >= 84 ? 1.1 + (day - 84) * 0.03 : 0;
  const score =
    Math.abs(0.22 + normal(0, 0.11)) + seasonal + fault + taxi + (column === 'carrier' ? 0.3 : 0) + uniform() * 0.1;
  const numeric = config.columns.features[column]?.type === 'numeric';
  const threshold = numeric ? 0.1 : 0.05;
  const scored = {
    value: score,
    detail: {
      test: numeric ? 'ks' : 'psi',
      statistic: score * threshold,
      threshold,
      p_value: score >= 1 ? 0.00002 : Math.max(0.04, 0.9 - score),
      drifted: score >= 1,
      level: 0.0017,
    },
  };
  if (rows === 0)
    return measured({
      day,
      metric: 'drift.score',
      column,
      n: 0,
      status: 'no_data',
      reason: '0 rows, and the monitor wants 100',
    });
  const status =
    rows < 100 ? ({ status: 'insufficient', reason: `${rows} rows, and the monitor wants 100` } as const) : {};
  return measured({ day, metric: 'drift.score', column, n: rows, threshold: 1, ...scored, ...status });
}

function qualityOn(day: number, column: string, index: number) {
  const rows = rowsOn(day);
  if (rows === 0) return [];
  const { uniform } = seeded(70_000 + day * 61 + index);
  const type = config.columns.features[column]?.type;
  const base = column === 'visibility' ? 0.021 : 0;
  const out: Measurement[] = [
    measured({ day, metric: 'quality.missing_share', column, value: base * (0.8 + 0.4 * uniform()), reference: base }),
  ];
  if (type === 'numeric') {
    const share = column === 'distance' && FEED_FAULT.includes(day) ? 0.21 + uniform() * 0.03 : 0;
    out.push(measured({ day, metric: 'quality.range_share', column, value: share, reference: 0 }));
  }
  if (type === 'categorical') {
    const share = column === 'carrier' && day >= 90 ? 0.012 + uniform() * 0.004 : 0;
    out.push(measured({ day, metric: 'quality.new_category_share', column, value: share, reference: 0 }));
  }
  return out;
}

function serviceOn(day: number) {
  if (rowsOn(day) === 0) {
    return [
      measured({
        day,
        metric: 'service.requests',
        value: 0,
        n: 0,
        status: 'no_data',
        reason: 'no request came in this window',
      }),
    ];
  }
  const { normal, uniform } = seeded(90_000 + day);
  const p50 = 7 + normal(0, 0.4);
  return [
    measured({ day, metric: 'service.requests', value: Math.round(rowsOn(day) / 3) }),
    measured({ day, metric: 'service.error_share', value: uniform() < 0.1 ? uniform() * 0.004 : 0 }),
    measured({ day, metric: 'service.latency_p50', value: p50 }),
    measured({ day, metric: 'service.latency_p95', value: p50 * 4.2 + (day === 88 ? 51 : 0) + normal(0, 1.5) }),
  ];
}

const ORIGINS = { ATL: 0.3, ORD: -0.4, DFW: 0.1, DEN: 0.2, LAX: -0.1, SFO: -2.6, PHX: 0.4, LAS: -0.6, EWR: -1.4 };

export const labelledOn = (day: number) => day < DAYS - 2 && rowsOn(day) > 0;

export const measurements: Measurement[] = Array.from({ length: DAYS }, (_, day) => {
  const columns = featureNames.map((column, i) => driftOn(day, column, i));
  const judged = columns.filter(({ status }) => status === 'ok');
  const drifted = judged.filter(({ value }) => value !== null && value >= 1).map(({ column }) => column);
  const labelled = labelledOn(day);
  return [
    ...(labelled ? performanceOn(day, 3_000) : []),
    ...(labelled && day >= SHADOW_FROM && day < RETRAINED_ON + 8 ? performanceOn(day, 9_000, { version: 'v3' }) : []),
    ...(labelled
      ? Object.entries(ORIGINS).flatMap(([origin, shift], i) =>
          performanceOn(day, 11_000 + 500 * i, { slice: `origin=${origin}`, shift, rows: rowsOn(day) / 9 }),
        )
      : []),
    ...columns,
    judged.length === 0
      ? measured({ day, metric: 'drift.share', n: 0, status: 'insufficient', reason: 'insufficient' })
      : measured({
          day,
          metric: 'drift.share',
          value: drifted.length / judged.length,
          n: judged.length,
          threshold: 0.5,
          detail: { drifted },
        }),
    rowsOn(day) === 0
      ? measured({
          day,
          metric: 'quality.rows',
          value: 0,
          n: 0,
          status: 'no_data',
          reason: 'no prediction came in this window',
        })
      : measured({ day, metric: 'quality.rows', value: rowsOn(day) }),
    ...featureNames.flatMap((column, i) => qualityOn(day, column, i)),
    ...serviceOn(day),
  ];
}).flat();
