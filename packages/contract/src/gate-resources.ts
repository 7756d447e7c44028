import { z } from 'zod';
import { Instant, Task } from './words.ts';

export const GateVerdict = z.enum(['pass', 'fail', 'inconclusive']);
export type GateVerdict = z.infer<typeof GateVerdict>;

const Cell = z.union([z.string(), z.number(), z.null()]);

/** Numbers behind a verdict, to be shown as a table. */
export const GateTable = z.object({
  title: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(Cell)),
});
export type GateTable = z.infer<typeof GateTable>;

export const GateResult = z.object({
  type: z.string(),
  name: z.string().describe('What people call it, or what it judges; unique within a run.'),
  metric: z.string(),
  verdict: GateVerdict,
  reason: z.string().describe('A stable word, such as above_margin or too_few_rows.'),
  statement: z.string().describe('The same in a sentence, with the numbers.'),
  champion: z.number().nullable(),
  challenger: z.number().nullable(),
  difference: z.number().nullable().describe('Challenger minus champion.'),
  lower: z.number().nullable().describe('Of the difference; of a threshold, of the value.'),
  upper: z.number().nullable(),
  better: z.enum(['higher', 'lower']).nullable(),
  form: z.string().nullable().describe('superiority, non_inferiority or equivalence.'),
  margin: z.number().nullable().describe('In the unit of the metric.'),
  confidence: z.number().nullable(),
  test: z.string().nullable().describe('How it was computed, such as "bootstrap of 7 days, 2000 draws".'),
  pValue: z.number().nullable().describe('One-sided, of the hypothesis that it does not hold what is asked.'),
  limit: z.number().nullable().describe('The number that the value is held against.'),
  n: z.int(),
  tables: z.array(GateTable),
});
export type GateResult = z.infer<typeof GateResult>;

const Estimate = z.object({
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  n: z.int(),
  reason: z.string().nullable(),
});

const CalibrationCurve = z.array(z.object({ score: z.number(), positives: z.number(), n: z.int() }));

/** Everything that a verdict on a challenger rests on. Kept with the run, word for word. */
export const RunEvaluation = z.object({
  schema: z.literal('leeway/evaluation/v1'),
  run: z.string(),
  model: z.string(),
  task: Task,
  challenger: z.string(),
  champion: z.string().nullable(),
  withoutChampion: z
    .string()
    .nullable()
    .describe('Why there is nothing to compare with: no_champion, champion_not_scored.'),
  evaluatedAt: Instant,
  rows: z.int().describe('Held-out rows, the same ones for both.'),
  usedRows: z.int().describe('Rows that the tests were done on: at most 200,000, taken evenly.'),
  regimes: z.array(z.object({ regime: z.string(), rows: z.int() })),
  labelledShare: z
    .number()
    .nullable()
    .describe('Share of the predictions of the dataset whose label was known: below 1, more are to come.'),
  from: Instant,
  to: Instant,
  verdict: GateVerdict,
  gates: z.array(GateResult),
  metrics: z
    .array(z.object({ metric: z.string(), challenger: Estimate, champion: Estimate.nullable() }))
    .describe('Every metric of the task, on all rows.'),
  calibration: z
    .object({ challenger: CalibrationCurve, champion: CalibrationCurve.nullable() })
    .nullable()
    .describe('Of binary models with scores.'),
  notes: z.array(z.string()).describe('What should be known beside the numbers.'),
});
export type RunEvaluation = z.infer<typeof RunEvaluation>;
