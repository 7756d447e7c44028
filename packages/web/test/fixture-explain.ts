import { Explanation, Lesson, Runbook } from '@leeway/contract';
import { at, config } from './fixture-flights.ts';

const model = config.name;

const lesson = (given: Partial<Lesson>): Lesson =>
  Lesson.parse({
    ...{ id: 'lesson-2', model, rule: 'calibration', alert: null, run: null, at: at(102), actor: 'ann' },
    ...given,
  });

export const runbookOf = (rule: string | null): Runbook =>
  Runbook.parse({
    model,
    rule,
    ofModel:
      '## Who to call\n\n1. The desk of `ops-forecasting`.\n2. If nobody answers: **roll back** and write down why.',
    ofRule: rule === 'calibration' ? 'https://wiki.example.org/calibration' : null,
    lessons: [
      ...(rule === 'calibration'
        ? [
            lesson({
              alert: 'alert-4',
              text: 'The labels of one airport came in the wrong zone:\n\n- look at `origin=SFO` first\n- ask for a second delivery',
            }),
          ]
        : []),
      lesson({
        id: 'lesson-1',
        rule: null,
        at: at(60),
        actor: 'ben',
        text: 'Distances in kilometres come after each release of the feed.',
      }),
    ],
  });

export const explanation: Explanation = Explanation.parse({
  ...{ model, version: 'v2', id: 'F-104-2217', method: 'tree_shap', unit: 'log_odds', of: 'late' },
  ...{ prediction: 'late', base: -1.42, output: 0.63, exact: true, fit: null, evaluations: 0, note: null },
  background: { rows: 1_000, from: 'training' },
  contributions: [
    ['departure_delay', 42, 1.61],
    ['taxi_out', 31, 0.44],
    ['visibility', 9.8, -0.21],
    ['carrier', 'B6', 0.16],
    ['departure_hour', 18, 0.11],
    ['load_factor', null, -0.06],
  ].map(([feature, value, contribution]) => ({ feature, value, contribution, error: null, condition: null })),
});
