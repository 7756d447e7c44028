import type { Measurement } from '@leeway/contract';
import type { WindowInfo } from '../api/queries.ts';

export type PointStatus = Measurement['status'] | 'waiting';

/** One window of a chart. A window without a usable number is a point too: it has a status and a reason. */
export interface Point {
  start: number;
  end: number;
  status: PointStatus;
  reason: string;
  value: number | null;
  lower: number | null;
  upper: number | null;
  reference: number | null;
  threshold: number | null;
  coverage: number | null;
  n: number;
  revision: number;
}

export const middle = ({ start, end }: { start: number; end: number }): number => (start + end) / 2;

/**
 * The windows of one series, in order. Windows that nothing was measured about are filled in, so that a chart can say why they
 * are empty: they wait for their labels, or nothing came.
 */
export function toPoints(measurements: readonly Measurement[], windows: readonly WindowInfo[] = []): Point[] {
  const points = new Map<string, Point>();
  for (const window of windows) {
    if (window.state !== 'open') points.set(window.start, unmeasured(window));
  }
  for (const measurement of measurements) {
    const { status, reason, value, lower, upper, reference, threshold, coverage, n, revision } = measurement;
    points.set(measurement.windowStart, {
      start: Date.parse(measurement.windowStart),
      end: Date.parse(measurement.windowEnd),
      status: status === 'ok' && value === null ? 'no_data' : status,
      ...{ reason, value, lower, upper, reference, threshold, coverage, n, revision },
    });
  }
  return [...points.values()].sort((a, b) => a.start - b.start);
}

function unmeasured({ start, end, state, rows, labelled, revision }: WindowInfo): Point {
  const waiting = state === 'closed' && rows > 0;
  const reason = waiting
    ? `${labelled} of ${rows} predictions have their label so far`
    : rows === 0
      ? 'no prediction came in this window'
      : `nothing was measured about its ${rows} predictions`;
  return {
    start: Date.parse(start),
    end: Date.parse(end),
    status: waiting ? 'waiting' : 'no_data',
    reason,
    ...{ value: null, lower: null, upper: null, reference: null, threshold: null },
    coverage: rows === 0 ? null : labelled / rows,
    n: rows,
    revision,
  };
}

export interface Gap {
  start: number;
  end: number;
  status: Exclude<PointStatus, 'ok'>;
  windows: number;
}

/** Stretches of neighbouring windows that have no usable number for the same reason. */
export function gapsOf(points: readonly Point[]): Gap[] {
  const gaps: Gap[] = [];
  let before: Point | undefined;
  for (const point of points) {
    if (point.status !== 'ok') {
      const last = gaps.at(-1);
      if (last && before?.status === point.status) {
        last.end = point.end;
        last.windows += 1;
      } else gaps.push({ start: point.start, end: point.end, status: point.status, windows: 1 });
    }
    before = point;
  }
  return gaps;
}

export const STATUS_WORDS: Record<PointStatus, string> = {
  ok: 'measured',
  insufficient: 'not enough data',
  error: 'failed',
  no_data: 'no data',
  waiting: 'waiting for labels',
};

/** Measurements by a property, such as by version or by column, in the order of their first appearance. */
export function groupBy(measurements: readonly Measurement[], key: 'version' | 'column' | 'slice' | 'metric') {
  const groups = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const group = groups.get(measurement[key]);
    if (group) group.push(measurement);
    else groups.set(measurement[key], [measurement]);
  }
  return groups;
}
