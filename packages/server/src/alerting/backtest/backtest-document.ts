import { CheckName, durationMs, LeewayError } from '@leeway/contract';

type Json = Record<string, unknown>;

const CHECK_OF: Record<string, CheckName> = { estimated: 'estimate', value: 'performance', kpi: 'kpis' };

/** The checks behind the metrics that rules read, since a file need not be measured in ways that nobody asks for; null for all. */
function checksBehind(rules: readonly Json[]): CheckName[] | null {
  const checks = new Set<CheckName>();
  for (const [key, value] of rules.flatMap(entriesOf)) {
    if (key === 'expression') return null;
    if (key !== 'metric') continue;
    const [family = '', rest] = String(value).split('.', 2);
    if (family === 'detector') return null;
    const check = rest === undefined ? 'performance' : (CHECK_OF[family] ?? family);
    const known = CheckName.safeParse(check);
    if (!known.success) return null;
    checks.add(known.data);
  }
  return [...checks];
}

/** Every key of a document with its value, also of those within. */
function entriesOf(value: unknown): [key: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap((entry) => [entry, ...entriesOf(entry[1])]);
}

/**
 * The configuration of the Leeway that measures files: one model, nobody who is told, nothing that trains or serves, and stores
 * of its own. Lengths of windows that a sweep tries are measured by monitors made for them.
 */
export function backtestDocument(
  document: unknown,
  model: string,
  {
    windows,
    rule,
    referenceUntil,
    from,
  }: { windows: string[]; rule: string | null; referenceUntil: string | null; from: string },
): Json {
  const given = ((document as Json)['models'] ?? []) as Json[];
  const found = given.find(({ name }) => name === model);
  if (!found) {
    const known = given.map(({ name }) => name).join(', ') || 'none';
    throw new LeewayError('unknown_model', `"${model}"; the configuration has ${known}`);
  }
  const { retrain: _retrain, rollout: _rollout, ...kept } = found;
  const monitors = (kept['monitors'] ?? [{ name: 'daily' }]) as Json[];
  const rules = (kept['rules'] ?? []) as Json[];
  const reads = rules.find(({ name }) => name === rule)?.['monitor'] ?? monitors[0]?.['name'];
  const pattern = monitors.find(({ name }) => name === reads) ?? monitors[0];
  const checks = checksBehind(rules);
  const missing = windows.filter(
    (window) => !monitors.some((monitor) => durationMs(String(monitor['window'] ?? '1d')) === durationMs(window)),
  );
  return {
    apiVersion: 'leeway/v1',
    server: { port: 0 },
    // What is gone in a minute need not survive a power cut.
    store: { url: ':memory:' },
    channels: [],
    routes: { channels: [] },
    models: [
      {
        ...kept,
        monitors: [...monitors, ...missing.map((window) => ({ ...pattern, name: `backtest-${window}`, window }))].map(
          (monitor) => (checks ? { ...monitor, checks } : monitor),
        ),
        ...(referenceUntil === null ? {} : { reference: { kind: 'period', start: from, end: referenceUntil } }),
      },
    ],
  };
}
