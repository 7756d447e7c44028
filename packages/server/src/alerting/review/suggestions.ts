import { LeewayError, type Suggestion, type Verdict } from '@leeway/contract';
import type { Selectable } from 'kysely';
import { stringify } from 'yaml';
import { type Context, modelOf } from '../../context.ts';
import { iso, isoOrNull } from '../../platform/clock.ts';
import { decode, encode } from '../../store/json.ts';
import type { StoreReader } from '../../store/open.ts';
import type { Schema } from '../../store/schema.ts';
import { readBacktestInput } from '../backtest/read-input.ts';
import { type JudgedAlert, type Suggested, suggestThreshold } from './suggest-threshold.ts';

export interface SuggestSpan {
  model: string;
  /** All rules of the model by default. */
  rule?: string | undefined;
  /** Milliseconds. */
  from: number;
  to: number;
}

interface Document extends Suggested {
  from: string;
  to: string;
}

/** Looks for better thresholds over what is stored of a model, and keeps what is found. Nothing is changed by it. */
export async function makeSuggestions(
  ctx: Context,
  { model: name, rule: only, from, to }: SuggestSpan,
): Promise<{ suggestions: Suggestion[]; none: { rule: string; reason: string }[] }> {
  const model = modelOf(ctx, name);
  const rules = model.rules.filter((rule) => only === undefined || rule.name === only);
  if (rules.length === 0)
    throw new LeewayError('invalid_request', `model "${name}" has no rule${only === undefined ? '' : ` "${only}"`}`);
  const input = await readBacktestInput(ctx, model, { to: iso(to) });
  const suggestions: Suggestion[] = [];
  const none: { rule: string; reason: string }[] = [];
  for (const rule of rules) {
    const judged = await judgedAlerts(ctx.store.db, { model: name, rule: rule.name, from, to });
    const { arrivals, referenceWindows } = input;
    const suggested = suggestThreshold({ model, rule, arrivals, referenceWindows, judged, from, to });
    if (typeof suggested === 'string') {
      none.push({ rule: rule.name, reason: suggested });
      continue;
    }
    const document: Document = { ...suggested, from: iso(from), to: iso(to) };
    const row = {
      id: ctx.newId('suggestion'),
      model: name,
      rule: rule.name,
      madeAt: ctx.clock.now(),
      document: encode<unknown>(document),
      appliedAt: null,
      appliedBy: null,
    };
    await ctx.store.db.insertInto('suggestions').values(row).execute();
    suggestions.push(toSuggestion(row));
  }
  return { suggestions, none };
}

/** The newest first. */
export async function listSuggestions(db: StoreReader, limit = 100): Promise<Suggestion[]> {
  const rows = await db
    .selectFrom('suggestions')
    .selectAll()
    .orderBy('madeAt', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toSuggestion);
}

export async function getSuggestion(db: StoreReader, id: string): Promise<Suggestion> {
  const row = await db.selectFrom('suggestions').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('not_found', `there is no suggestion "${id}"`);
  return toSuggestion(row);
}

/** Notes that a suggestion was applied, and by whom. The change itself is a revision of the configuration. */
export async function markApplied(
  ctx: Pick<Context, 'store' | 'clock' | 'audit'>,
  { id, actor }: { id: string; actor: string },
): Promise<Suggestion> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const applied = { appliedAt: ctx.clock.now(), appliedBy: actor };
    await tx.updateTable('suggestions').set(applied).where('id', '=', id).execute();
    const suggestion = await getSuggestion(tx, id);
    const { model, rule, change } = suggestion;
    await ctx.audit.append(tx, actor, 'suggestion.apply', id, { model, rule, change });
    return suggestion;
  });
}

/** A configuration as written, with what is suggested. @throws LeewayError `wrong_state` if it has not got the rule itself. */
export function applyToDocument(document: unknown, { model, rule, change, yaml }: Suggestion): Record<string, unknown> {
  const copy = structuredClone(document) as Record<string, unknown>;
  const found = named(named(copy['models'], model)?.['rules'], rule);
  if (!found) {
    throw new LeewayError(
      'wrong_state',
      `the rule ${rule} of ${model} does not stand in the configuration by itself (it may come from a template); change it by hand: ${yaml}`,
    );
  }
  Object.assign(found, change);
  return copy;
}

/** The entry of that name in a list, or in a map. */
function named(all: unknown, name: string): Record<string, unknown> | undefined {
  if (Array.isArray(all)) return all.find((one: { name?: unknown } | null) => one?.name === name);
  const map = all as Record<string, Record<string, unknown>> | null | undefined;
  return map && Object.hasOwn(map, name) ? map[name] : undefined;
}

async function judgedAlerts(
  db: StoreReader,
  { model, rule, from, to }: Required<Pick<SuggestSpan, 'from' | 'to'>> & { model: string; rule: string },
): Promise<JudgedAlert[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['column', 'slice', 'firedAt', 'activeAt', 'resolvedAt', 'verdict'])
    .where('model', '=', model)
    .where('rule', '=', rule)
    .where('verdict', 'is not', null)
    .where('firedAt', '>=', from)
    .where('firedAt', '<', to)
    .execute();
  return rows.map(({ firedAt, activeAt, verdict, ...row }) => ({
    ...row,
    firedAt: firedAt ?? activeAt,
    verdict: verdict as Verdict,
  }));
}

function toSuggestion(row: Selectable<Schema['suggestions']>): Suggestion {
  const document = decode<Document>(row.document as string);
  const yaml = stringify({ models: [{ name: row.model, rules: [{ name: row.rule, ...document.change }] }] });
  return {
    id: row.id,
    model: row.model,
    rule: row.rule,
    madeAt: iso(row.madeAt),
    ...document,
    yaml,
    appliedAt: isoOrNull(row.appliedAt),
    appliedBy: row.appliedBy,
  };
}
