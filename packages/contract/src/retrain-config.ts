import { z } from 'zod';
import { DatasetConfig } from './dataset-config.ts';
import { GateConfig } from './gate-config.ts';
import { policyKeys } from './policy-config.ts';
import { TriggerConfig } from './trigger-config.ts';
import { TuningConfig } from './tuning-config.ts';
import { Duration } from './words.ts';

const strict = z.strictObject;

/** How a challenger is trained. Further keys belong to the executor's type. */
export const ExecutorConfig = z.looseObject({
  type: z.string().describe('Kind of executor: builtin, command, ...'),
  timeout: Duration.default('1h').describe('After this the run is stopped and has failed.'),
});
export type ExecutorConfig = z.infer<typeof ExecutorConfig>;

export const RetrainConfig = strict({
  triggers: z.array(TriggerConfig).default([]).describe('When a run begins by itself: when any of them is true.'),
  ...policyKeys,
  data: DatasetConfig.prefault({}),
  veto: strict({
    quality: z.boolean().default(true).describe('Whether an open data-quality alert stops a run.'),
  }).prefault({}),
  executor: ExecutorConfig.prefault({ type: 'builtin' }),
  params: z.record(z.string(), z.unknown()).default({}).describe('Handed to the trainer as LEEWAY_PARAMS.'),
  tuning: TuningConfig.optional().describe('A search for better parameters in every run.'),
  candidate: strict({
    from: z
      .enum(['output', 'mlflow'])
      .default('output')
      .describe('output: what the trainer left or sent; mlflow: the model there that has the tag leeway.training.'),
  })
    .prefault({})
    .describe('Where the model of a run is looked for. What the trainer itself names is taken either way.'),
  warmStart: z
    .boolean()
    .default(true)
    .describe(
      'Whether the trainer is given the champion to start from (LEEWAY_CHAMPION). It is compared with it anyhow.',
    ),
  gates: z.array(GateConfig).default([]),
  minimumHoldoutRows: z.int().min(1).default(200).describe('Fewer held-out rows make every gate inconclusive.'),
});
export type RetrainConfig = z.infer<typeof RetrainConfig>;
