import type { GateConfig, ModelConfig } from '@leeway/contract';

/**
 * A model's configuration to show: what goes to the trainer stands as it was written in the document, where secrets are
 * references, and not as it was filled in.
 */
export function withoutSecrets(model: ModelConfig, document: unknown): ModelConfig {
  const models = (document as { models?: Partial<ModelConfig>[] } | null)?.models ?? [];
  const found = models.find(({ name }) => name === model.name);
  const kpis = model.kpis.map((kpi) => {
    const source = found?.kpis?.find(({ name }) => name === kpi.name)?.source;
    return { ...kpi, source: { ...kpi.source, ...secretsAsWritten(kpi.source, source) } };
  });
  if (!model.retrain) return { ...model, kpis };
  const written = found?.retrain;
  const { type, timeout } = model.retrain.executor;
  return {
    ...model,
    kpis,
    retrain: {
      ...model.retrain,
      gates: model.retrain.gates.map((gate, i) => gateAsWritten(gate, written?.gates?.[i])),
      executor: { type, timeout, ...written?.executor },
      params: written?.params ?? {},
    },
  };
}

/** What a gate calls out with may hold secrets, which stand in the document as references. */
function gateAsWritten(gate: GateConfig, written: Partial<GateConfig> = {}): GateConfig {
  if (gate.type === 'command') return { ...gate, env: {}, ...pick(written, ['command', 'env']) };
  if (gate.type === 'webhook') return { ...gate, url: '[secret]', headers: {}, ...pick(written, ['url', 'headers']) };
  return gate;
}

const pick = (from: object, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));

/** Secrets of a source: references to where they are, and nothing of those that stand in the file itself. */
const secretsAsWritten = (source: object, written: object = {}): object =>
  Object.fromEntries(
    ['token', 'password']
      .filter((key) => key in source)
      .map((key) => {
        const value = String((written as Record<string, unknown>)[key]);
        return [key, /^\$\{(env|file):[^}]*\}$/.test(value) ? value : '[secret]'];
      }),
  );
