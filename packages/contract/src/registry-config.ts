import { z } from 'zod';
import { Duration } from './words.ts';

const strict = z.strictObject;

const Address = z.url({ protocol: /^https?$/ });

/** How a metric of MLflow is read here. */
export const MlflowMetric = strict({
  as: z.string().optional().describe('What it is called here, such as mse. Default: as it is called there.'),
  goal: z.enum(['maximize', 'minimize']).optional().describe('Which way is better, where Leeway does not know it.'),
  sign: z
    .union([z.literal(1), z.literal(-1)])
    .default(1)
    .describe('-1 where it is logged negated, as scikit-learn scorers do with errors.'),
});
export type MlflowMetric = z.infer<typeof MlflowMetric>;

export const MlflowConfig = strict({
  url: Address.describe('Address of the tracking server, such as https://mlflow.example.org.'),
  token: z.string().optional().describe('Bearer token. A secret: give a reference.'),
  user: z.string().optional().describe('User of basic authentication.'),
  password: z.string().optional().describe('Password of basic authentication. A secret: give a reference.'),
  direction: z
    .enum(['in', 'out', 'both'])
    .default('both')
    .describe('in: candidates and versions are taken from MLflow; out: runs, versions and aliases are written to it.'),
  experiment: z.string().min(1).default('leeway').describe('Experiment that runs are written to; made if missing.'),
  models: z
    .record(z.string(), z.string())
    .default({})
    .describe('Names of registered models by the names of ours, where they differ.'),
  aliases: z
    .record(z.string(), z.string())
    .default({ champion: 'champion', challenger: 'challenger' })
    .describe('Aliases that are written, ours to theirs, such as champion: Champion. MLflow tells capitals apart.'),
  metrics: z
    .record(z.string(), MlflowMetric)
    .default({})
    .describe('How metrics of MLflow are read, by their name there.'),
  artifacts: z
    .enum(['upload', 'link'])
    .default('upload')
    .describe('upload: files go to the server where it serves artifacts; link: only an address of ours.'),
  import: z
    .boolean()
    .default(false)
    .describe('Whether new versions there become versions here by themselves. By hand: `leeway versions import`.'),
  poll: Duration.default('5m').describe('How often it is looked at by itself. Webhooks only make it sooner.'),
  webhookSecret: z
    .string()
    .optional()
    .describe('Secret of its webhooks; without one none are taken. Give a reference.'),
});
export type MlflowConfig = z.infer<typeof MlflowConfig>;

export const WandbCollection = strict({
  collection: z.string().min(1).describe('Name of the collection (`artifact_collection_name`).'),
  model: z.string().describe('Model of ours that it belongs to.'),
  alias: z.string().min(1).default('production').describe('Alias there that is acted upon.'),
  action: z
    .enum(['link', 'run'])
    .default('link')
    .describe('link: the reference is kept on record; run: a retraining run is asked for besides.'),
});
export type WandbCollection = z.infer<typeof WandbCollection>;

export const WandbConfig = strict({
  secret: z.string().min(8).describe('Secret of its webhooks, as signing secret or as access token. Give a reference.'),
  url: Address.default('https://wandb.ai').describe('Where links lead to.'),
  collections: z.array(WandbCollection).default([]).describe('Collections that are listened to.'),
});
export type WandbConfig = z.infer<typeof WandbConfig>;

/** Which artifacts stay, and which other registries are kept in step. */
export const RegistryConfig = strict({
  keep: z.int().min(1).default(10).describe('Artifacts of the newest versions of each model stay, so many.'),
  after: Duration.default('90d').describe('Artifacts of younger versions stay.'),
  collect: z.boolean().default(true).describe('Whether artifacts that nothing needs are deleted, once a day.'),
  maxArtifactBytes: z.int().min(1).default(4_294_967_296).describe('Largest artifact that may be sent in, in bytes.'),
  mlflow: MlflowConfig.optional(),
  wandb: WandbConfig.optional(),
});
export type RegistryConfig = z.infer<typeof RegistryConfig>;
