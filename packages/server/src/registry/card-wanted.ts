import type { Context } from '../context.ts';
import type { StoreTx } from '../store/open.ts';

export const WRITE_CARD = 'write-card';

export interface CardWanted {
  model: string;
  version: string;
  /** What has changed, in words. */
  occasion: string;
}

/** Has the card of a version written anew after the change that this transaction makes. */
export async function cardWantedInTx(
  ctx: Pick<Context, 'jobs' | 'clock'>,
  tx: StoreTx,
  wanted: CardWanted,
): Promise<void> {
  const { model, version } = wanted;
  const key = `${model}/${version}/${ctx.clock.now()}`;
  await ctx.jobs.enqueue(tx, { kind: WRITE_CARD, key, lane: `${WRITE_CARD}/${model}/${version}`, payload: wanted });
}
