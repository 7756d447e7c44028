import { durationMs, type FreezeConfig } from '@leeway/contract';
import { DateTime } from 'luxon';
import { previousTime } from './cron-time.ts';

/** The freeze that is on at a time and ends last, with its end; null where none is on. */
export function freezeAt(freezes: readonly FreezeConfig[], now: number): { name: string; until: number } | null {
  const on = freezes.flatMap((freeze) => {
    const span = spanOf(freeze, now);
    return span && span.from <= now && now < span.until ? [{ name: freeze.name, until: span.until }] : [];
  });
  return on.sort((a, b) => b.until - a.until)[0] ?? null;
}

function spanOf({ from, until, cron, duration, timeZone }: FreezeConfig, now: number) {
  if (cron && duration) {
    const begun = previousTime({ cron, timeZone }, now);
    return begun === null ? null : { from: begun, until: begun + durationMs(duration) };
  }
  if (!from || !until) return null;
  const at = (text: string) => DateTime.fromISO(text, { zone: timeZone }).toMillis();
  return { from: at(from), until: at(until) };
}
