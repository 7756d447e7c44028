import { sign, signingKeys, verify } from '../access/signed.ts';
import type { Context } from '../context.ts';

const KIND = 'training';
/** Time after its deadline in which a training may still say how it ended. */
const GRACE_MS = 3_600_000;

/** LEEWAY_TOKEN: good for one training, until an hour after its time is up. */
export async function trainingToken(ctx: Context, training: string, deadline: number): Promise<string> {
  return sign(await signingKeys(ctx.store.db), { kind: KIND, expiresAt: deadline + GRACE_MS, claims: { training } });
}

/** The training that a token is good for, or what is wrong with it. */
export async function trainingOfToken(
  ctx: Pick<Context, 'store' | 'clock'>,
  token: string,
): Promise<{ training: string } | 'expired' | 'invalid'> {
  const signed = verify(await signingKeys(ctx.store.db), KIND, token, ctx.clock.now());
  return typeof signed === 'string' ? signed : { training: signed.claims['training']! };
}
