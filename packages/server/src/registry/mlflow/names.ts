import type { MlflowConfig } from '@leeway/contract';

/** Name of the registered model there that belongs to one of ours. */
export const nameThere = ({ models }: Pick<MlflowConfig, 'models'>, model: string): string => models[model] ?? model;

/** The model of ours that a registered model belongs to, among those that there are. */
export const nameHere = (
  config: Pick<MlflowConfig, 'models'>,
  models: readonly string[],
  there: string,
): string | undefined => models.find((model) => nameThere(config, model) === there);

/** Where a person looks at a version of MLflow. */
export const versionUrl = (base: string, name: string, number: string): string =>
  `${base}/#/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}`;
