import { createHash } from 'node:crypto';
import type { ModelConfig, RetrainConfig } from '@leeway/contract';
import { decode, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';

interface PolicyState {
  /** Since when the triggers are in force. */
  since: number;
  breakerClosedAt: number | null;
  /** By cause, what it was refused for last. */
  refused: Record<string, string>;
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Names the policy: another configuration of retraining has another name. */
export const policyVersion = (retrain: RetrainConfig): string => hashOf(retrain).slice(0, 12);

/** What must not begin two runs: an occasion of a trigger of a model under a policy. */
export const occasionKey = (model: string, cause: string, occasion: string, policy: string): string =>
  `${cause}/${hashOf([model, cause, occasion, policy]).slice(0, 24)}`;

export async function policyState(db: StoreReader, model: string, now: number): Promise<PolicyState> {
  const row = await db.selectFrom('retrainPolicies').selectAll().where('model', '=', model).executeTakeFirst();
  return row
    ? { since: row.since, breakerClosedAt: row.breakerClosedAt, refused: decode(row.refused) }
    : { since: now, breakerClosedAt: null, refused: {} };
}

/** Keeps since when the triggers of a model are what they are. To be called when a configuration is applied. */
export async function keepTriggers(db: StoreReader, { name, retrain }: ModelConfig, now: number): Promise<void> {
  if (!retrain) return;
  const triggers = hashOf(retrain.triggers);
  await db
    .insertInto('retrainPolicies')
    .values({ model: name, triggers, since: now, breakerClosedAt: null, refused: '{}' })
    .onConflict((c) =>
      c
        .column('model')
        .doUpdateSet({ triggers, since: now, refused: '{}' })
        .where('retrainPolicies.triggers', '!=', triggers),
    )
    .execute();
}

export async function keepRefused(tx: StoreTx, model: string, refused: Record<string, string>): Promise<void> {
  await tx
    .updateTable('retrainPolicies')
    .set({ refused: encode(refused) })
    .where('model', '=', model)
    .execute();
}

export async function keepBreakerClosed(tx: StoreTx, model: string, now: number): Promise<void> {
  await tx
    .insertInto('retrainPolicies')
    .values({ model, triggers: '', since: now, breakerClosedAt: now, refused: '{}' })
    .onConflict((c) => c.column('model').doUpdateSet({ breakerClosedAt: now }))
    .execute();
}
