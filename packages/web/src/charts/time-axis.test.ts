import { describe, expect, it } from 'vitest';
import { tickLabel, timeTicks } from './time-axis.ts';

const labels = (from: string, to: string) => timeTicks(Date.parse(from), Date.parse(to)).map(tickLabel);

describe('time axis', () => {
  const rows: [from: string, to: string, first: string[], count: number][] = [
    ['2026-04-01', '2026-06-30', ['1 Apr', '15 Apr', '29 Apr'], 7],
    ['2026-05-01', '2026-05-31', ['1 May', '4 May', '7 May'], 11],
    ['2026-05-01T10:30:00Z', '2026-05-02', ['12:00', '14:00'], 7],
    ['2025-11-15', '2026-11-14', ['1 Dec', '1 Jan 2026', '1 Feb'], 12],
  ];
  it.each(rows)('%s to %s', (from, to, first, count) => {
    const found = labels(from, to);
    expect(found.slice(0, first.length)).toEqual(first);
    expect(found).toHaveLength(count);
  });
});
