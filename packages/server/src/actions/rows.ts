import { type Action, type ActionState, LeewayError } from '@leeway/contract';
import type { Selectable } from 'kysely';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decodeOrNull } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import type { Plan } from './kind.ts';

export type ActionRow = Selectable<Schema['actions']>;

export async function rowOf(db: StoreReader, id: string): Promise<ActionRow> {
  const row = await db.selectFrom('actions').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('not_found', `there is no action "${id}"`);
  return row;
}

export const planOf = ({ plan, planData }: ActionRow): Plan | null =>
  plan === null || planData === null ? null : { text: plan, data: decodeOrNull<Plan['data']>(planData) ?? {} };

export interface ActionFilter {
  model?: string | undefined;
  alert?: string | undefined;
  state?: ActionState | undefined;
  /** 200 by default. */
  limit?: number | undefined;
}

export async function listActions(
  db: StoreReader,
  { model, alert, state, limit = 200 }: ActionFilter = {},
): Promise<Action[]> {
  let query = db.selectFrom('actions').selectAll().orderBy('createdAt', 'desc').orderBy('id').limit(limit);
  if (model !== undefined) query = query.where('model', '=', model);
  if (alert !== undefined) query = query.where('alert', '=', alert);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map(toAction);
}

export function toAction(row: ActionRow): Action {
  const { id, alert, model, rule, type, plan, why, approvedBy } = row;
  return {
    ...{ id, alert, model, rule, type, plan, why, approvedBy },
    state: row.state as ActionState,
    dryRun: row.dryRun === 1,
    createdAt: iso(row.createdAt),
    startedAt: isoOrNull(row.startedAt),
    endedAt: isoOrNull(row.endedAt),
  };
}
