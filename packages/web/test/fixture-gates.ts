import { GateResult } from '@leeway/contract';

/** Gates, of which a fixture says what is not usual. */

type Given = Partial<GateResult> & Pick<GateResult, 'type' | 'name' | 'metric' | 'verdict' | 'reason' | 'statement'>;

export const gate = (given: Given): GateResult =>
  GateResult.parse({
    ...{ champion: null, challenger: null, difference: null, lower: null, upper: null },
    ...{ better: null, form: null, margin: null, confidence: null, test: null, pValue: null, limit: null },
    ...{ n: 57_318, tables: [] },
    ...given,
  });

export const compared = (given: Given): GateResult =>
  gate({ confidence: 0.95, test: 'bootstrap of 7 days, 2000 draws', form: 'superiority', margin: 0, ...given });

/** Features with what they are worth to the challenger and to the champion. */
export const importance: readonly [feature: string, share: number, before: number, effect: number][] = [
  ['departure_delay', 0.412, 0.431, 0.52],
  ['taxi_out', 0.168, 0.121, 0.19],
  ['departure_hour', 0.104, 0.118, 0.08],
  ['carrier', 0.091, 0.064, 0.03],
  ['visibility', 0.067, 0.071, -0.06],
  ['origin', 0.049, 0.052, 0.01],
  ['load_factor', 0.041, 0.046, 0.02],
  ['wind_speed', 0.032, 0.037, 0.03],
  ['temperature', 0.021, 0.032, -0.01],
  ['distance', 0.015, 0.028, 0],
];

/** As a gate that looks at explanations leaves them; the server reads them from its table. */
export const explainGate = gate({
  type: 'explain',
  name: 'explain',
  metric: 'log_odds',
  verdict: 'pass',
  reason: 'as_expected',
  statement: 'Ranked much as by the champion, with the expected signs; moved: taxi_out 0.121 to 0.168',
  challenger: 0.962,
  lower: 0.948,
  upper: 0.975,
  limit: 0.8,
  test: 'mean size of SHAP values (log_odds), 5 parts of 2,000 rows',
  n: 2_000,
  tables: [
    {
      title: 'What was asked',
      columns: ['asked', 'feature', 'verdict', 'value', 'lower', 'upper', 'limit', 'why'],
      rows: [
        ["ranked as by the champion's (nDCG)", null, 'pass', 0.962, 0.948, 0.975, 0.8, 'as expected'],
        ['sign of the effect', 'departure_delay', 'pass', 0.52, 0.49, 0.55, null, 'as expected'],
        ['share of a forbidden feature', 'aircraft_age', 'pass', 0.004, 0.002, 0.007, 0.02, 'as expected'],
      ],
    },
    {
      title: 'Features whose share has moved',
      columns: ['feature', 'champion', 'challenger'],
      rows: [['taxi_out', 0.121, 0.168]],
    },
  ],
});

export const sliceGate = gate({
  type: 'slices',
  name: 'slices by origin',
  metric: 'roc_auc',
  verdict: 'inconclusive',
  reason: 'not_proven',
  statement: 'In 1 of 4 slices it is not sure that it is not worse by 0.02: SFO',
  better: 'higher',
  form: 'non_inferiority',
  margin: 0.02,
  confidence: 0.95,
  test: 'bootstrap, Holm over 4 slices',
  tables: [
    {
      title: 'Slices of at least 200 rows',
      columns: ['slice', 'rows', 'champion', 'challenger', 'difference', 'lower', 'upper', 'verdict'],
      rows: [
        ['origin=ATL', 21_904, 0.7461, 0.7449, -0.0012, -0.0071, 0.0048, 'pass'],
        ['origin=JFK', 14_112, 0.7388, 0.7402, 0.0014, -0.0066, 0.0091, 'pass'],
        ['origin=ORD', 13_220, 0.7419, 0.7391, -0.0028, -0.0112, 0.0054, 'pass'],
        ['origin=SFO', 8_082, 0.7304, 0.7189, -0.0115, -0.0281, 0.0046, 'inconclusive'],
      ],
    },
  ],
});
