import { z } from 'zod';
import { Duration } from './words.ts';

const strict = z.strictObject;
const ParamValue = z.union([z.string(), z.number(), z.boolean()]);

/** The values that one parameter may take. */
export const ParamSpace = z.union([
  strict({ values: z.array(ParamValue).min(1).describe('One of these.') }),
  strict({
    min: z.number().describe('Least value.'),
    max: z.number().describe('Greatest value.'),
    scale: z.enum(['linear', 'log']).default('linear').describe('How values are drawn between them.'),
    integer: z.boolean().default(false).describe('Whole numbers only.'),
    steps: z.int().min(2).max(100).default(5).describe('Values that a grid takes of it, ends included.'),
  }),
]);
export type ParamSpace = z.infer<typeof ParamSpace>;

/** The search for parameters: each trial is one training, whose objective the trainer reports. */
export const TuningConfig = strict({
  search: z
    .enum(['random', 'grid', 'successive_halving'])
    .default('random')
    .describe(
      'random: drawn from the space; grid: every combination; successive_halving: many with a little, the best with more.',
    ),
  space: z.record(z.string(), ParamSpace).describe('Parameters to search, by name. Further ones are in `params`.'),
  objective: strict({
    metric: z.string().describe('Metric that the trainer reports of its own validation rows.'),
    goal: z.enum(['maximize', 'minimize']).describe('Which way is better.'),
  }).describe('What is compared between trials. Never of the held-out rows: those judge the winner alone.'),
  trials: z.int().min(1).max(1_000).default(20).describe('Trials at most.'),
  parallel: z.int().min(1).max(64).default(1).describe('Trials at once.'),
  timeout: Duration.default('6h').describe('No trial begins after this; the best so far goes on.'),
  resource: strict({
    param: z.string().describe('Parameter that says how much a trial may use, such as the number of trees.'),
    min: z.number().gt(0).describe('What the first rung gets.'),
    max: z.number().gt(0).describe('What the last rung gets.'),
    factor: z.number().min(2).max(10).default(3).describe('One of so many goes on, with so many times as much.'),
  })
    .optional()
    .describe('For successive_halving.'),
  seed: z.int().min(0).default(0).describe('The same seed draws the same parameters.'),
});
export type TuningConfig = z.infer<typeof TuningConfig>;
