/** Silences that are over are kept for so long. */
export const KEPT_MS = 120 * 3_600_000;

/**
 * What is to be done about a silence at a time, and when it has to be looked at next: at its beginning, at its end, when it
 * may have been idle for too long, and when it is to be forgotten.
 */
export function nextTurn(
  {
    startsAt,
    endsAt,
    idleMs,
    matchedAt,
  }: { startsAt: number; endsAt: number; idleMs: number | null; matchedAt: number | null },
  now: number,
): { does: 'nothing' | 'expire' | 'forget'; at: number } {
  if (now < startsAt) return { does: 'nothing', at: startsAt };
  if (now >= endsAt) return { does: now >= endsAt + KEPT_MS ? 'forget' : 'nothing', at: endsAt + KEPT_MS };
  if (idleMs === null) return { does: 'nothing', at: endsAt };
  const idleAt = Math.max(startsAt, matchedAt ?? startsAt) + idleMs;
  return { does: now >= idleAt ? 'expire' : 'nothing', at: Math.min(endsAt, idleAt) };
}
