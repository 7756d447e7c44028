import { durationMs, type RateLimitConfig } from '@leeway/contract';

/**
 * When a channel may be sent its next message: `now`, or the end of the time in which it has had its most. `sent` are the
 * times of its messages, in any order.
 */
export function freeAt(
  { most, per }: Pick<RateLimitConfig, 'most' | 'per'>,
  sent: readonly number[],
  now: number,
): number {
  const length = durationMs(per);
  const recent = sent.filter((at) => at > now - length).sort((a, b) => b - a);
  const last = recent[most - 1];
  return last === undefined ? now : last + length;
}
