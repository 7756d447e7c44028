import type { Measurement, ModelConfig, RuleConfig } from '@leeway/contract';
import { decode, encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertFiringHook, AlertingContext } from '../context.ts';
import { type Judgement, judgeMeasurement } from '../decide/judge-measurement.ts';
import { learnThreshold, type PastWindow } from '../decide/learn-threshold.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { nextState, type RuleMemory, stateBefore } from '../decide/next-state.ts';
import { alertId, endEpisode, writeEpisode } from '../episodes.ts';
import { endUnwanted, fingerprint, type RuleDocument } from './end-unwanted.ts';

export interface EvaluateInput {
  model: ModelConfig;
  /** Name of the monitor whose window it is. */
  monitor: string;
  /**
   * All measurements of the window, of each the latest revision. A rule whose metric is not among them says nothing
   * about this window: a metric that waits for labels is no missing data. Missing data are measurements that say so.
   */
  measurements: readonly Measurement[];
  /** Of each rule whose threshold is learned, by its name: the windows that it may learn from. */
  history?: ReadonlyMap<string, readonly PastWindow[]>;
  windowStart: number;
  windowEnd: number;
  /** Of the window, for the log: what an instance goes by is the revision of its own measurement. */
  revision: number;
}

/** An instance of a rule with what it made of the window. */
interface Evaluated {
  rule: RuleConfig;
  instance: string;
  measurement: Measurement;
  judgement: Judgement;
  before: RuleMemory | null;
  after: RuleMemory;
}

/**
 * Judges every rule of a monitor over a window that was measured. Returns what to write, to be committed with the
 * measurements: states, alerts, their history, events, groups and the jobs that will notify. Evaluating a window again
 * changes nothing; a higher revision of an instance's last window judges it anew.
 */
export function evaluateRules(
  ctx: AlertingContext,
  hooks: readonly AlertFiringHook[],
  input: EvaluateInput,
): (tx: StoreTx) => Promise<void> {
  return async (tx) => {
    const { model, monitor } = input;
    const root = resolveRoutes(ctx.config().routes);
    const rows = await tx
      .selectFrom('ruleStates')
      .select(['rule', 'instance', 'state'])
      .where('model', '=', model.name)
      .execute();
    const known = rows.map((row) => ({ ...row, document: decode<RuleDocument>(row.state as string) }));
    const ended = await endUnwanted(ctx, tx, root, model.name, model, known);
    const documents = new Map(
      known.filter((row) => !ended.has(row)).map((row) => [`${row.rule}|${row.instance}`, row.document]),
    );

    const measured = byMetric(input.measurements);
    const evaluated: Evaluated[] = [];
    for (const rule of model.rules) {
      if ((rule.monitor ?? model.monitors[0]?.name) !== monitor) continue;
      for (const measurement of instancesOf(rule, measured.get(rule.metric) ?? [])) {
        const instance = `${measurement.column}|${measurement.slice}`;
        const before = documents.get(`${rule.name}|${instance}`)?.memory ?? null;
        const result = evaluate(rule, instance, measurement, before, input);
        if (result) evaluated.push(result);
      }
    }

    const { revision, windowEnd } = input;
    ctx.log.debug({ model: model.name, monitor, windowEnd, revision, judged: evaluated.length }, 'rules evaluated');
    await writeStates(tx, model.name, evaluated);
    const open = evaluated.some(({ after }) => after.current.since !== null);
    const version = open ? await servedVersion(tx, model.name, windowEnd) : '';
    for (const result of evaluated) {
      const { before, after } = result;
      const since = after.current.since ?? before?.current.since ?? null;
      if (since === null) continue;
      if (after.current.status === 'inactive') {
        const id = alertIdOf(model.name, result, since);
        await endEpisode(ctx, tx, root, id, result.judgement.why, result.measurement.status !== 'ok');
      } else {
        await writeEpisode(ctx, tx, root, hooks, {
          ...input,
          ...result,
          version,
          id: alertIdOf(model.name, result, since),
        });
      }
    }
  };
}

function evaluate(
  rule: RuleConfig,
  instance: string,
  measurement: Measurement,
  before: RuleMemory | null,
  { windowStart, windowEnd, history }: EvaluateInput,
): Evaluated | null {
  // Each number has its own revision: what no label can change is not judged anew because labels came.
  const at = { windowEnd, revision: measurement.revision };
  const from = stateBefore(before, at);
  if (!from) return null;
  const { column, slice } = measurement;
  const learned =
    rule.threshold &&
    learnThreshold(rule.threshold, {
      window: { start: windowStart, end: windowEnd },
      past: (history?.get(rule.name) ?? []).filter((past) => past.column === column && past.slice === slice),
      bad: from.bad ?? [],
    });
  const judgement = judgeMeasurement(rule, measurement, from.value, learned);
  const { verdict, value } = judgement;
  const { memory } = nextState(before, { ...at, verdict, value }, rule);
  return memory && { rule, instance, measurement, judgement, before, after: memory };
}

function byMetric(measurements: readonly Measurement[]): Map<string, Measurement[]> {
  const found = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    if (measurement.version !== '') continue; // of a shadow or of one version of several; rules are about what serves
    const same = found.get(measurement.metric);
    if (same) same.push(measurement);
    else found.set(measurement.metric, [measurement]);
  }
  return found;
}

/** The measurements that a rule is about: one, or with "*" each column (or slice) by itself. */
function instancesOf(rule: RuleConfig, measurements: readonly Measurement[]): Measurement[] {
  const fits = (wanted: string | undefined, actual: string) =>
    wanted === '*' ? actual !== '' : actual === (wanted ?? '');
  return measurements.filter(({ column, slice }) => fits(rule.column, column) && fits(rule.slice, slice));
}

/** The version that served when the window closed; empty if none did. */
async function servedVersion(tx: StoreTx, model: string, windowEnd: number): Promise<string> {
  const row = await tx
    .selectFrom('servings')
    .select('version')
    .where('model', '=', model)
    .where('startedAt', '<', windowEnd)
    .where((e) => e.or([e('endedAt', 'is', null), e('endedAt', '>=', windowEnd)]))
    .orderBy('startedAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.version ?? '';
}

const alertIdOf = (model: string, { rule, instance }: Evaluated, since: number): string =>
  alertId(model, rule.name, instance, fingerprint(rule), since);

async function writeStates(tx: StoreTx, model: string, evaluated: readonly Evaluated[]): Promise<void> {
  const rows = evaluated.map(({ rule, instance, after }) => ({
    model,
    rule: rule.name,
    instance,
    state: encode<unknown>({ fingerprint: fingerprint(rule), memory: after } satisfies RuleDocument),
    windowEnd: after.windowEnd,
    revision: after.revision,
  }));
  for (let i = 0; i < rows.length; i += 200) {
    await tx
      .insertInto('ruleStates')
      .values(rows.slice(i, i + 200))
      .onConflict((c) =>
        c.columns(['model', 'rule', 'instance']).doUpdateSet((e) => ({
          state: e.ref('excluded.state'),
          windowEnd: e.ref('excluded.windowEnd'),
          revision: e.ref('excluded.revision'),
        })),
      )
      .execute();
  }
}
