import type { StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { nextTurn } from './decide/silence-turn.ts';

export const SILENCE_JOB = 'silence-turn';

interface SilenceTimes {
  id: string;
  startsAt: number;
  endsAt: number;
  idleMs: number | null;
  matchedAt: number | null;
}

/** Has a silence looked at when it begins, ends, may have been idle for too long, and is to be forgotten. */
export async function planSilence(ctx: AlertingContext, tx: StoreTx, silence: SilenceTimes): Promise<void> {
  const { at } = nextTurn(silence, ctx.clock.now());
  const key = `${silence.id}@${at}`;
  await ctx.jobs.enqueue(tx, { kind: SILENCE_JOB, key, payload: { id: silence.id }, runAt: at });
}
