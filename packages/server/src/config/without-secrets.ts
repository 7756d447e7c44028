import type { ModelConfig } from '@leeway/contract';

/**
 * A model's configuration to show: what goes to the trainer stands as it was written in the document, where secrets are
 * references, and not as it was filled in.
 */
export function withoutSecrets(model: ModelConfig, document: unknown): ModelConfig {
  if (!model.retrain) return model;
  const models = (document as { models?: Partial<ModelConfig>[] } | null)?.models ?? [];
  const written = models.find(({ name }) => name === model.name)?.retrain;
  const { type, timeout } = model.retrain.executor;
  return {
    ...model,
    retrain: { ...model.retrain, executor: { type, timeout, ...written?.executor }, params: written?.params ?? {} },
  };
}
