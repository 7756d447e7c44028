import { decode, encode } from '../../store/json.ts';
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
import { alertId, endEpisode, writeEpisode } from '../episodes.ts';
import { endUnwanted } from './end-unwanted.ts';

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
    const known = rows.map((row) => ({ ...row, document: decode<RuleDocument>(row.state as string) }));
    const ended = await endUnwanted(ctx, tx, root, model.name, model, known);
    const documents = new Map(
      known.filter((row) => !ended.has(row)).map((row) => [instanceKey(row.rule, row.instance), row.document]),
    );

    const evaluated = evaluateWindow(input, documents);
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
