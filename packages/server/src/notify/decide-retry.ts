import type { Outcome } from './channel.ts';

const FIRST_MS = 5_000;
const MOST_MS = 30 * 60_000;
/** After this a message is old news: it has failed. */
const GIVE_UP_MS = 24 * 3_600_000;

/**
 * Milliseconds until the next try, or null if there is none. The wait is drawn from zero to a bound that doubles (full jitter),
 * so that many that failed together do not come back together; it is never shorter than what the receiver asked for.
 */
export function decideRetry(
  outcome: Exclude<Outcome, { outcome: 'sent' }>,
  { attempts, createdAt, now, chance }: { attempts: number; createdAt: number; now: number; chance: number },
): number | null {
  if (outcome.outcome === 'permanent') return null;
  const bound = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  const delayMs = Math.max(1_000, Math.round(chance * bound), outcome.retryAfterMs ?? 0);
  return now + delayMs - createdAt > GIVE_UP_MS ? null : delayMs;
}
