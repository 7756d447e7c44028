import { durationMs, type ModelConfig } from '@leeway/contract';
import { sign, signingKeys, verify } from '../access/signed.ts';
import type { Context } from '../context.ts';

const KIND = 'feedback';

export interface FeedbackLink {
  id: string;
  url: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Links to the form, one for each prediction. Nothing is stored: what a link is for is written in it and signed. */
export async function feedbackLinks(
  ctx: Pick<Context, 'store' | 'clock' | 'publicUrl'>,
  model: ModelConfig,
  ids: readonly string[],
): Promise<FeedbackLink[]> {
  const keys = await signingKeys(ctx.store.db);
  const expiresAt = ctx.clock.now() + durationMs(model.feedback.form.expires);
  const base = ctx.publicUrl().replace(/\/+$/, '');
  return ids.map((id) => {
    const token = sign(keys, { kind: KIND, expiresAt, claims: { model: model.name, id } });
    return { id, url: `${base}/feedback/${token}`, expiresAt };
  });
}

/** What a link is about, or why it is good no more. */
export async function readFeedbackLink(
  ctx: Pick<Context, 'store' | 'clock' | 'config'>,
  token: string,
): Promise<{ model: ModelConfig; id: string } | 'expired' | 'invalid'> {
  const signed = verify(await signingKeys(ctx.store.db), KIND, token, ctx.clock.now());
  if (typeof signed === 'string') return signed;
  const { model: name = '', id = '' } = signed.claims;
  const model = ctx.config().models.find((candidate) => candidate.name === name);
  return model ? { model, id } : 'invalid';
}
