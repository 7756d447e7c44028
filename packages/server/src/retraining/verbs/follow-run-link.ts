import type { ApprovalPolicy, Run } from '@leeway/contract';
import { approvalOf } from '@leeway/contract';
import { signingKeys } from '../../access/signed.ts';
import { iso } from '../../platform/clock.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { type RunAct, type RunClaims, readClaims } from '../run-links.ts';
import { approveRunInTx, cancelRunInTx, rejectRunInTx } from './decide-run.ts';
import { getRun } from './list-runs.ts';
import { startSuggestedInTx } from './start-suggested.ts';

export interface RunLink {
  act: RunAct;
  run: Run;
  channel: string;
  expiresAt: string;
  comment: ApprovalPolicy['comment'];
  /** When it was used, by whom, and what came of it; null if it was not. */
  used: { at: string; actor: string; outcome: string } | null;
}

/** What a link would do, without doing it: mail programs follow links to look for viruses. */
export async function readRunLink(ctx: RetrainingContext, token: string): Promise<RunLink | 'expired' | 'invalid'> {
  const read = readClaims(await signingKeys(ctx.store.db), token, ctx.clock.now());
  if (typeof read === 'string') return read;
  const { run: id, act, channel, nonce } = read.claims;
  const run = await getRun(ctx.store.db, id).catch(() => null);
  if (!run) return 'invalid';
  const retrain = ctx.config().models.find(({ name }) => name === run.model)?.retrain;
  const { comment } = approvalOf(retrain?.approval ?? 'approve');
  const used = await usedBy(ctx.store.db, nonce);
  return { act, run, channel, comment, expiresAt: iso(read.expiresAt), used };
}

/** Does what a link says, once, as an operator. A second use changes nothing, and is told who did it and when. */
export async function followRunLink(
  ctx: RetrainingContext,
  token: string,
  comment: string,
): Promise<{ done: boolean; at: string; actor: string; outcome: string } | 'expired' | 'invalid'> {
  const read = readClaims(await signingKeys(ctx.store.db), token, ctx.clock.now());
  if (typeof read === 'string') return read;
  const { claims } = read;
  const actor = `link in ${claims.channel}`;
  return ctx.store.db.transaction().execute(async (tx) => {
    const now = ctx.clock.now();
    const mine = await tx
      .insertInto('linkUses')
      .values({ nonce: claims.nonce, alert: claims.run, action: claims.act, at: now, actor, outcome: '' })
      .onConflict((c) => c.doNothing())
      .returning('nonce')
      .executeTakeFirst();
    if (!mine) {
      const before = await usedBy(tx, claims.nonce);
      return { done: false, at: before?.at ?? iso(now), actor: before?.actor ?? actor, outcome: before?.outcome ?? '' };
    }
    const { state } = await act(ctx, tx, claims, actor, comment);
    const outcome = claims.act === 'dismiss' ? 'dismissed' : claims.act === 'start' ? 'started' : state;
    await tx.updateTable('linkUses').set({ outcome }).where('nonce', '=', claims.nonce).execute();
    return { done: true, at: iso(now), actor, outcome };
  });
}

function act(ctx: RetrainingContext, tx: StoreTx, claims: RunClaims, actor: string, reason: string): Promise<Run> {
  const given = { id: claims.run, actor, role: 'operator', reason };
  switch (claims.act) {
    case 'start':
      return startSuggestedInTx(ctx, tx, given);
    case 'dismiss':
      return cancelRunInTx(ctx, tx, given);
    case 'approve':
      return approveRunInTx(ctx, tx, given);
    case 'reject':
      return rejectRunInTx(ctx, tx, given);
  }
}

async function usedBy(db: StoreReader, nonce: string): Promise<RunLink['used']> {
  const row = await db.selectFrom('linkUses').selectAll().where('nonce', '=', nonce).executeTakeFirst();
  return row ? { at: iso(row.at), actor: row.actor, outcome: row.outcome } : null;
}
