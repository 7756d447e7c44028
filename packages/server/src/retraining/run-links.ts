import { createHash } from 'node:crypto';
import { sign, verify } from '../access/signed.ts';

/** Links by which whoever got a message can decide on a run without a login: signed, good for one use, until the run's time is over. */

const KIND = 'run';
const MOST_MS = 7 * 86_400_000;

export const RunAct = { start: 'Start', dismiss: 'Dismiss', approve: 'Approve', reject: 'Reject' } as const;
export type RunAct = keyof typeof RunAct;

export interface RunClaims {
  run: string;
  act: RunAct;
  /** Channel whose message has the link. */
  channel: string;
  nonce: string;
}

interface RunLinkInput {
  run: string;
  channel: string;
  delivery: string;
  acts: readonly RunAct[];
  now: number;
  /** When the run's time is over. */
  until: number | null;
  publicUrl: string;
}

/** The links of one message. The same message has the same links, however often it is made. */
export function runLinks(keys: readonly string[], input: RunLinkInput): { label: string; url: string }[] {
  const { run, channel, delivery, acts, now, until, publicUrl } = input;
  const base = publicUrl.replace(/\/+$/, '');
  const expiresAt = Math.min(until ?? Number.POSITIVE_INFINITY, now + MOST_MS);
  return acts.map((act) => {
    const nonce = createHash('sha256')
      .update(JSON.stringify([delivery, run, act]))
      .digest('base64url')
      .slice(0, 16);
    const claims = { run, act, channel, nonce };
    return { label: RunAct[act], url: `${base}/act/${sign(keys, { kind: KIND, expiresAt, claims })}` };
  });
}

export function readClaims(
  keys: readonly string[],
  token: string,
  now: number,
): { claims: RunClaims; expiresAt: number } | 'expired' | 'invalid' {
  const signed = verify(keys, KIND, token, now);
  if (typeof signed === 'string') return signed;
  return { claims: signed.claims as unknown as RunClaims, expiresAt: signed.expiresAt };
}
