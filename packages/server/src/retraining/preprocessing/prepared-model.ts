import { FeatureConfig, type FittedPreprocessing, type ModelConfig, type VersionInfo } from '@leeway/contract';
import type { Runner } from '../../gateway/runtime.ts';
import type { StoreReader } from '../../store/open.ts';
import { findDataset } from '../datasets/dataset-records.ts';
import { applySteps } from './apply-steps.ts';

/** The model as a trainer sees it whose rows were prepared: with the features that come out of the last step. */
export function asPrepared(model: ModelConfig, fitted: FittedPreprocessing | null): ModelConfig {
  if (!fitted) return model;
  const features = fitted.features.map(({ name, type }) => {
    return [name, model.columns.features[name] ?? FeatureConfig.parse({ type, ...dimensionOf(model, type) })] as const;
  });
  return { ...model, columns: { ...model.columns, features: Object.fromEntries(features) } };
}

/** Vectors are dropped or renamed, and never changed: one that was renamed has the dimension of its origin. */
const dimensionOf = ({ columns }: ModelConfig, type: string) =>
  type === 'vector' ? { dimension: Object.values(columns.features).find((one) => one.dimension)?.dimension } : {};

/** What was done to the rows that a version was trained on; null where they were taken as they came. */
export async function preprocessingOf(
  db: StoreReader,
  version: Pick<VersionInfo, 'dataset'>,
): Promise<FittedPreprocessing | null> {
  return version.dataset ? ((await findDataset(db, version.dataset.hash))?.fitted ?? null) : null;
}

/** Loads a version so that it takes rows as they are recorded: they are prepared as its training rows were. */
export async function loadPrepared<R extends Pick<Runner, 'predict'>>(
  load: (path: string, model: ModelConfig) => Promise<R>,
  path: string,
  model: ModelConfig,
  fitted: FittedPreprocessing | null,
): Promise<R> {
  const runner = await load(path, asPrepared(model, fitted));
  if (!fitted) return runner;
  const predict = runner.predict.bind(runner);
  runner.predict = (batch) => predict(applySteps(batch, fitted));
  return runner;
}
