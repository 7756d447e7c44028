import type { DigestConfig } from '@leeway/contract';
import { WEEKDAYS } from '@leeway/contract';
import { DateTime } from 'luxon';

/** When the next digest is due after a time. A time of day that a change of the clock leaves out comes as much later. */
export function nextDigestAt({ every, at, weekday, zone }: DigestConfig, now: number): number {
  const [hour, minute] = at.split(':').map(Number) as [number, number];
  const local = DateTime.fromMillis(now, { zone });
  if (every === 'hour') {
    // Of hours there is one after the other, whatever the clock on the wall shows.
    const hourMs = 3_600_000;
    const shift = (minute - (local.offset % 60)) * 60_000;
    return (Math.floor((now - shift) / hourMs) + 1) * hourMs + shift;
  }
  for (let day = 0; ; day++) {
    const due = local.startOf('day').plus({ days: day }).set({ hour, minute });
    if (due.toMillis() > now && (every === 'day' || WEEKDAYS[due.weekday % 7] === weekday)) return due.toMillis();
  }
}
