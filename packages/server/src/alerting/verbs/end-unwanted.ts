import type { ModelConfig } from '@leeway/contract';
import { decode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import type { RuleDocument } from '../decide/evaluate-window.ts';
import { fingerprint } from '../decide/fingerprint.ts';
import { type Route, resolveRoutes } from '../decide/match-route.ts';
import { alertId, endEpisode } from '../episodes.ts';

interface KnownState {
  rule: string;
  instance: string;
  document: RuleDocument;
}

/** Ends the alerts of rules that were removed or changed, and forgets their states. Gives back those that are gone. */
export async function endUnwanted<S extends KnownState>(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  name: string,
  model: ModelConfig | undefined,
  known: readonly S[],
): Promise<Set<S>> {
  const ended = new Set<S>();
  for (const state of known) {
    const why = whyUnwanted(model, state);
    if (!why) continue;
    const { rule, instance, document } = state;
    await tx
      .deleteFrom('ruleStates')
      .where('model', '=', name)
      .where('rule', '=', rule)
      .where('instance', '=', instance)
      .execute();
    const { since } = document.memory.current;
    if (since !== null) {
      await endEpisode(ctx, tx, root, alertId(name, rule, instance, document.fingerprint, since), why, false);
    }
    ended.add(state);
  }
  return ended;
}

function whyUnwanted(model: ModelConfig | undefined, { rule: name, instance, document }: KnownState): string | null {
  if (!model) return 'the model was removed from the configuration';
  const rule = model.rules.find((candidate) => candidate.name === name);
  if (!rule) return 'the rule was removed';
  if (fingerprint(rule) !== document.fingerprint) return 'the rule was changed';
  const column = instance.slice(0, instance.indexOf('|'));
  const { features, prediction, score, scores = {}, label } = model.columns;
  const declared =
    column === '' || column in features || [prediction, score, label, ...Object.values(scores)].includes(column);
  return declared ? null : `the model no longer has the column ${column}`;
}

/** After a configuration was applied: whatever was announced of what is gone gets its end. */
export async function reconcileRules(ctx: AlertingContext, tx: StoreTx): Promise<void> {
  const config = ctx.config();
  const root = resolveRoutes(config.routes);
  const rows = await tx.selectFrom('ruleStates').select(['model', 'rule', 'instance', 'state']).execute();
  for (const name of new Set(rows.map((row) => row.model))) {
    const known = rows
      .filter((row) => row.model === name)
      .map((row) => ({ ...row, document: decode<RuleDocument>(row.state as string) }));
    const model = config.models.find((candidate) => candidate.name === name);
    await endUnwanted(ctx, tx, root, name, model, known);
  }
}
