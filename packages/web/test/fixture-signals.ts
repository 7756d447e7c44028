import type { Measurement } from '@leeway/contract';
import type { Feedback, Relation } from '../src/api/signals.ts';
import { at, DAYS, ill, measured, rowsOn } from './fixture-flights.ts';
import { seeded } from './random.ts';

/** What people and the business say of `flights-late`: both are less well while its scores are badly calibrated. */
const CHOICES = { rebooked: 0.21, waited: 0.62, 'did not fly': 0.17 };
const around = (value: number, wide: number) => ({ value, lower: value - wide, upper: value + wide });
/** Of shares, which end at 1. */
const share = (value: number, wide: number) => ({ ...around(value, wide), upper: Math.min(1, value + wide) });

function feedbackOn(day: number): Measurement[] {
  const { normal, uniform } = seeded(170_000 + day);
  const n = rowsOn(day) === 0 ? 0 : Math.round(Math.min(0.3 * rowsOn(day), 40 + 30 * uniform()));
  if (n === 0)
    return [measured({ day, metric: 'feedback.positive_share', status: 'no_data', n, reason: 'nobody gave a rating' })];
  const positive = Math.min(0.95, Math.max(0.2, 0.78 + normal(0, 0.05) - (ill(day) ? 0.2 : 0)));
  return [
    measured({ day, metric: 'feedback.count', value: n, n: rowsOn(day) }),
    measured({ day, metric: 'feedback.rate', value: n / rowsOn(day), n: rowsOn(day) }),
    measured({ day, metric: 'feedback.positive_share', ...share(positive, 0.11), n }),
    measured({ day, metric: 'feedback.rating_mean', ...around(1 + 4 * positive, 0.3), n }),
    measured({ day, metric: 'feedback.correction_share', ...around(0.16, 0.08), n }),
    measured({ day, metric: 'feedback.answer.early_enough', ...around(2 + 2 * positive, 0.3), n }),
    ...Object.entries(CHOICES).map(([column, value]) =>
      measured({ day, metric: 'feedback.answer.what_then', column, ...around(value, 0.1), n }),
    ),
  ];
}

function kpisOn(day: number): Measurement[] {
  const { normal } = seeded(180_000 + day);
  const cost = 41_000 + normal(0, 1_800) + (ill(day - 2) ? 9_000 : 0);
  return [
    measured({ day, metric: 'kpi.rebooking_cost', value: cost, n: 24 }),
    measured({ day, metric: 'kpi.calls', value: Math.round(800 + normal(0, 60)), n: 24 }),
  ];
}

export const signals: Measurement[] = Array.from({ length: DAYS }, (_, day) => [
  ...feedbackOn(day),
  ...kpisOn(day),
]).flat();

export const feedback: Feedback[] = (
  [
    [5, null, 'Told me early enough to take the train.', 'form'],
    [1, 'false', 'We left on time!\n<img src=x onerror=alert(1)> <script>alert(1)</script>', 'form'],
    [4, null, '', 'api'],
    [2, 'true', `Said "on time", and we waited four hours. ${'aaaaaaaaaa'.repeat(12)}`, 'form'],
    [null, 'false', '', 'api'],
  ] as const
).map(([rating, correction, comment, source], i) => ({
  ...{ id: `f${i}`, prediction: `2026-06-2${8 - i}/AA-${1_200 + i}`, time: at(119 - i, 14 - i) },
  ...{ rating, correction, comment, source },
  answers: (i === 1 ? { why: 'the gate said so' } : i === 0 ? { what_then: 'rebooked' } : {}) as Record<string, string>,
}));

/** What the server says of a KPI beside a metric. */
export function relationOf(metric: string, measurements: readonly Measurement[]): Relation {
  const value = (of: string, day: number) =>
    measurements.find(
      (one) => one.metric === of && one.windowStart === at(day) && one.slice === '' && one.version === '',
    )?.value ?? null;
  const lags = Array.from({ length: 15 }, (_, i) => {
    const lag = i - 7;
    const r = 0.08 - 0.62 * Math.exp(-(((lag - 2) / 4) ** 2));
    return { lag, ...around(r, 0.16), n: 110 - Math.abs(lag), effective: 61, reason: '' };
  });
  return {
    same: lags[7]!,
    strongest: lags[9]!,
    lags,
    points: Array.from({ length: DAYS }, (_, day) => ({
      windowStart: at(day),
      metric: value(metric, day),
      kpi: value('kpi.rebooking_cost', day),
    })),
  };
}
