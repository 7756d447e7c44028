import { createHmac, timingSafeEqual } from 'node:crypto';

/** A webhook older or newer than this, by its own time, is not taken: it may be one that somebody has kept. */
const MOST_AGE_MS = 300_000;

export interface MlflowHook {
  delivery: string;
  timestamp: string;
  signature: string;
  body: string;
}

/**
 * Whether a webhook was signed by MLflow with our secret, not long ago: `v1,` and the base64 of the HMAC-SHA256 over
 * DELIVERY.TIMESTAMP.BODY. Null if it is fine, otherwise what is wrong. Pure.
 */
export function hookTrouble(secret: string, hook: MlflowHook, now: number): string | null {
  const { delivery, timestamp, signature, body } = hook;
  if (delivery === '' || signature === '') return 'it has no signature or no id';
  const sentAt = Number(timestamp) * 1_000;
  if (!/^\d+$/.test(timestamp) || Math.abs(now - sentAt) > MOST_AGE_MS)
    return 'its time is not within five minutes of ours';
  const expected = createHmac('sha256', secret).update(`${delivery}.${timestamp}.${body}`).digest('base64');
  return sameText(signature, `v1,${expected}`) ? null : 'its signature is not right';
}

/** Whether two texts are the same, in a time that does not tell how far. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What MLflow says has happened: `model_version_alias.created` and the like, and the registered model that it is about. */
export function readHook(body: string): { event: string; name: string | null } | null {
  try {
    const { entity, action, data } = JSON.parse(body) as {
      entity?: unknown;
      action?: unknown;
      data?: { name?: unknown };
    };
    if (typeof entity !== 'string' || typeof action !== 'string') return null;
    return { event: `${entity}.${action}`, name: typeof data?.name === 'string' ? data.name : null };
  } catch {
    return null;
  }
}
