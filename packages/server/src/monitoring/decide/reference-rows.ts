import { type DatasetInfo, durationMs, type ReferenceConfig, seasonMs } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import type { Span } from './windows.ts';

/** Rows of which time make the reference of a window. */
export interface ReferenceRows {
  /** Tells them from every other reference of the model. */
  key: string;
  /** Ascending and disjoint; none overlaps the window. */
  spans: Span[];
  /**
   * The version whose evaluation says how its output was distributed over held-out rows. What was logged at the time of the
   * rows came from other versions, and what a version says of rows it was trained on is no yardstick.
   */
  evaluated: string | null;
}

/** What is known of the version that served when the window began. */
export type Champion = { version: string; dataset: DatasetInfo | null } | null;

const DAY = 86_400_000;

/** Under this name the profile of a version's training rows is stored, and that of its scores on held-out rows. */
export const trainingReference = (version: string): string => `training:${version}`;

/**
 * The reference of a window; null where there is none. A window is never compared with itself: what of the reference lies
 * inside of the window is left out, and the rest is a reference of its own.
 */
export function referenceRows(reference: ReferenceConfig, window: Span, champion: Champion): ReferenceRows | null {
  const whole = wholeReference(reference, window, champion);
  if (!whole) return null;
  const spans = whole.spans.flatMap((span) => without(span, window));
  if (spans.length === 0) return null;
  const touched = whole.spans.some((span) => span.start < window.end && span.end > window.start);
  return { ...whole, spans, key: touched ? `${whole.key}:without:${iso(window.start)}:${iso(window.end)}` : whole.key };
}

function wholeReference(reference: ReferenceConfig, window: Span, champion: Champion): ReferenceRows | null {
  switch (reference.kind) {
    case 'training':
    case 'validation': {
      if (!champion?.dataset) return null;
      const [start, middle, end] = [champion.dataset.start, champion.dataset.holdoutStart, champion.dataset.end].map(
        Date.parse,
      ) as [number, number, number];
      const training = reference.kind === 'training';
      return {
        key: training ? trainingReference(champion.version) : `validation:${champion.version}`,
        spans: [training ? { start, end: middle } : { start: middle, end }],
        evaluated: champion.version,
      };
    }
    case 'period': {
      const span = { start: Date.parse(reference.start), end: Date.parse(reference.end) + DAY };
      return { key: `period:${reference.start}:${reference.end}`, spans: [span], evaluated: null };
    }
    case 'trailing': {
      const end = window.start - durationMs(reference.gap);
      return lastOf('trailing', { start: end - durationMs(reference.length), end });
    }
    case 'previous':
      return lastOf('previous', { start: window.start - (window.end - window.start), end: window.start });
    case 'seasonal': {
      const { season, length, gap, holidays } = reference;
      const key = `seasonal:${season}:${length}:${gap}:${holidays.join(',')}:${iso(window.start)}:${iso(window.end)}`;
      return { key, spans: seasonalSpans(reference, window), evaluated: null };
    }
  }
}

const lastOf = (kind: string, span: Span): ReferenceRows => ({
  key: `${kind}:${iso(span.start)}:${iso(span.end)}`,
  spans: [span],
  evaluated: null,
});

/** The parts of a span before and after a window. */
function without(span: Span, window: Span): Span[] {
  const before = { start: span.start, end: Math.min(span.end, window.start) };
  const after = { start: Math.max(span.start, window.end), end: span.end };
  return [before, after].filter(({ start, end }) => start < end);
}

/**
 * The stretches before a window that lie at its place of the season, oldest first. A window on a holiday is compared with all
 * earlier holidays, however long ago, at the same time of the day; any other window with no holiday.
 */
function seasonalSpans(
  { season, length, gap, holidays }: Extract<ReferenceConfig, { kind: 'seasonal' }>,
  window: Span,
): Span[] {
  const shape =
    season === 'weekday'
      ? { start: Math.floor(window.start / DAY) * DAY, end: Math.ceil(window.end / DAY) * DAY }
      : window;
  const latest = window.start - durationMs(gap);
  const days = holidays.map((day) => Date.parse(day));
  const festive = ({ start, end }: Span) => days.some((day) => day < end && day + DAY > start);
  const back = (by: number): Span => ({ start: shape.start - by, end: shape.end - by });
  if (festive(window)) {
    const today = Math.floor(window.start / DAY) * DAY;
    return days
      .toSorted((a, b) => a - b)
      .map((day) => back(today - day))
      .filter(({ end }) => end <= latest);
  }
  const spans: Span[] = [];
  const step = seasonMs(season);
  for (let by = step; window.start - by >= latest - durationMs(length); by += step) {
    const span = back(by);
    if (span.end <= latest && !festive(span)) spans.unshift(span);
  }
  return spans;
}
