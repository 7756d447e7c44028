import { formatDuration } from '../../notify/format.ts';

/** A stretch of time, milliseconds since 1970. */
export interface Span {
  start: number;
  end: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** From when on something may have to do with a first bad window: three windows before, at least a day and at most two weeks. */
export function lookBack({ start, end }: Span): number {
  return start - Math.min(14 * DAY, Math.max(DAY, 3 * (end - start)));
}

/** "3 h before the first bad window" */
export function relativeTo(at: number, first: Span): string {
  if (at >= first.end)
    return at === first.end
      ? 'as the first bad window ended'
      : `${formatDuration(at - first.end)} after the first bad window`;
  if (at < first.start) return `${formatDuration(first.start - at)} before the first bad window`;
  return 'in the first bad window';
}

/** What came before the trouble or within it stands before what came after; of each, the nearest first. */
export function inOrderOfNearness<Event extends { at: string }>(events: readonly Event[], first: Span): Event[] {
  const late = ({ at }: Event) => Date.parse(at) >= first.end;
  const distance = ({ at }: Event) => Math.abs(Date.parse(at) - first.start);
  return events.toSorted((a, b) => Number(late(a)) - Number(late(b)) || distance(a) - distance(b));
}
