import { durationMs, type MaintenanceConfig } from '@leeway/contract';
import { Cron } from 'croner';
import { DateTime } from 'luxon';
import type { SilenceSpan } from './match-silence.ts';

/** The maintenance that is on at a time; those that are over or to come are left out. */
export function maintenanceSpans(windows: readonly MaintenanceConfig[], now: number): SilenceSpan[] {
  return windows.flatMap((window) => {
    const span = occurrence(window, now);
    if (!span || now < span.startsAt || span.endsAt <= now) return [];
    return [{ id: window.name, kind: 'maintenance' as const, matchers: window.match, ...span }];
  });
}

function occurrence({ from, to, schedule, duration, zone }: MaintenanceConfig, now: number) {
  if (schedule && duration) {
    // The one that began last: each of those that are still on lasts as long as any.
    const [started] = new Cron(schedule, { paused: true, timezone: zone }).previousRuns(1, new Date(now + 1_000));
    const startsAt = started?.getTime();
    return startsAt === undefined ? null : { startsAt, endsAt: startsAt + durationMs(duration) };
  }
  if (!from || !to) return null;
  const at = (text: string) => DateTime.fromISO(text, { zone }).toMillis();
  return { startsAt: at(from), endsAt: at(to) };
}
