import { exponentialBackoff } from '../../jobs/jobs.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { nextTurn } from '../decide/silence-turn.ts';
import { planSilence, SILENCE_JOB } from '../plan-silence.ts';
import { expireSilenceIn, touchMatching } from '../verbs/silences.ts';

export function defineSilenceTurn(ctx: AlertingContext): void {
  ctx.jobs.define<{ id: string }>(SILENCE_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(1_000, 60_000),
    handler:
      async ({ payload }) =>
      (tx) =>
        takeTurn(ctx, tx, payload.id),
  });
}

async function takeTurn(ctx: AlertingContext, tx: StoreTx, id: string): Promise<void> {
  const row = await tx.selectFrom('silences').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return;
  const now = ctx.clock.now();
  const { does } = nextTurn(row, now);
  if (does === 'forget') return void (await tx.deleteFrom('silences').where('id', '=', id).execute());
  // What matches now is looked at, whether this is the beginning or the end.
  const seen = { ...row, matchedAt: await touchMatching(ctx, tx, row) };
  if (nextTurn(seen, now).does === 'expire') {
    await expireSilenceIn(ctx, tx, { id, actor: 'leeway', why: 'nothing has matched it for as long as it said' });
  } else await planSilence(ctx, tx, seen);
}
