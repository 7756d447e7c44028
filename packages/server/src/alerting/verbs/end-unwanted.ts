import type { ModelConfig } from '@leeway/contract';
import { decode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import type { RuleDocument } from '../decide/evaluate-window.ts';
import { fingerprint } from '../decide/fingerprint.ts';
import { type Route, resolveRoutes } from '../decide/match-route.ts';
import { readMemory } from '../decide/rule-memory.ts';
import { alertId } from '../describe-alert.ts';
import { type Ending, endEpisodes } from '../episodes.ts';

/** What was kept of an instance, also by an earlier release. */
export function readDocument(text: unknown): RuleDocument {
  const { fingerprint: made, memory } = decode<RuleDocument>(text as string);
  return { fingerprint: made, memory: readMemory(memory) };
}

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
  const endings: Ending[] = [];
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
    const { alert } = document.memory;
    if (alert !== null) {
      endings.push({ id: alertId(name, rule, instance, document.fingerprint, alert), why, noData: false });
    }
    ended.add(state);
  }
  if (endings.length > 0) await endEpisodes(ctx, tx, root, endings);
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
      .map((row) => ({ ...row, document: readDocument(row.state) }));
    const model = config.models.find((candidate) => candidate.name === name);
    await endUnwanted(ctx, tx, root, name, model, known);
  }
}
