import { encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertFiringHook, AlertingContext } from '../context.ts';
import {
  type Evaluated,
  evaluateWindow,
  instanceKey,
  type MeasuredWindow,
  type RuleDocument,
} from '../decide/evaluate-window.ts';
import { fingerprint } from '../decide/fingerprint.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { windowCost } from '../decide/window-cost.ts';
import { writeEpisodes } from '../episodes.ts';
import { endUnwanted, readDocument } from './end-unwanted.ts';

export interface EvaluateInput extends MeasuredWindow {
  /** Of the window, for the log: what an instance goes by is the revision of its own measurement. */
  revision: number;
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
    const known = rows.map((row) => ({ ...row, document: readDocument(row.state) }));
    const ended = await endUnwanted(ctx, tx, root, model.name, model, known);
    const documents = new Map(
      known.filter((row) => !ended.has(row)).map((row) => [instanceKey(row.rule, row.instance), row.document]),
    );

    const evaluated = evaluateWindow(input, documents);
    const { revision, windowEnd } = input;
    ctx.log.debug({ model: model.name, monitor, windowEnd, revision, judged: evaluated.length }, 'rules evaluated');
    await writeStates(tx, model.name, evaluated);
    const touched = evaluated.some(({ before, after }) => after.alert !== null || (before?.alert ?? null) !== null);
    if (touched) {
      const version = await servedVersion(tx, model.name, windowEnd);
      const cost = windowCost(model, input.measurements);
      await writeEpisodes(ctx, tx, root, hooks, { ...input, final: input.final ?? false, version, cost }, evaluated);
    }
    await settleCertainty(tx, input, evaluated);
  };
}

/** Alerts that are over already, and show this window: whether labels that came since have left it as it was. */
async function settleCertainty(
  tx: StoreTx,
  { model, windowEnd, final }: EvaluateInput,
  evaluated: readonly Evaluated[],
): Promise<void> {
  const settle = (certainty: string, results: readonly Evaluated[]) =>
    tx
      .updateTable('alerts')
      .set({ certainty })
      .where('model', '=', model.name)
      .where('state', '=', 'resolved')
      .where('certainty', '=', 'provisional')
      .where('windowEnd', '=', windowEnd)
      .where('rule', 'in', [...new Set(results.map(({ rule }) => rule.name))])
      .where('instance', 'in', [...new Set(results.map(({ instance }) => instance))])
      .execute();
  const revised = evaluated.filter((result) => result.revised !== null);
  if (revised.length > 0) await settle('revised', revised);
  if (final && evaluated.length > 0) await settle('confirmed', evaluated);
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
