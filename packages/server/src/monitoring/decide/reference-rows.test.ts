import { ReferenceConfig } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { type Champion, referenceRows } from './reference-rows.ts';
import type { Span } from './windows.ts';

const HOUR = 3_600_000;
const at = (time: string) => Date.parse(`2026-${time}${time.includes('T') ? ':00:00Z' : 'T00:00:00Z'}`);
const short = (ms: number) => new Date(ms).toISOString().slice(5, 13).replace('T00', '');
const shown = (spans: Span[]) => spans.map(({ start, end }) => `${short(start)}..${short(end)}`);

const day: Span = { start: at('03-18'), end: at('03-19') }; // a Wednesday
const hour: Span = { start: at('03-18T09'), end: at('03-18T10') };
const champion: Champion = {
  version: 'v2',
  dataset: {
    hash: '',
    start: '2026-02-01T00:00:00.000Z',
    holdoutStart: '2026-02-20T00:00:00.000Z',
    end: '2026-03-01T00:00:00.000Z',
    trainRows: 1,
    holdoutRows: 1,
  },
};

interface Row {
  intent: string;
  reference: unknown;
  window: Span;
  spans: string[];
}

const seasonal = (over: object) => ({ kind: 'seasonal', ...over });
const rows: Row[] = [
  { intent: 'training', reference: { kind: 'training' }, window: day, spans: ['02-01..02-20'] },
  { intent: 'validation', reference: { kind: 'validation' }, window: day, spans: ['02-20..03-01'] },
  {
    intent: 'a fixed period, both days with it',
    reference: { kind: 'period', start: '2026-03-01', end: '2026-03-07' },
    window: day,
    spans: ['03-01..03-08'],
  },
  {
    intent: 'a fixed period around the window: without it',
    reference: { kind: 'period', start: '2026-03-16', end: '2026-03-20' },
    window: day,
    spans: ['03-16..03-18', '03-19..03-21'],
  },
  {
    intent: 'a fixed period that ends in the window',
    reference: { kind: 'period', start: '2026-03-17', end: '2026-03-18' },
    window: hour,
    spans: ['03-17..03-18T09', '03-18T10..03-19'],
  },
  {
    intent: 'trailing, with a gap',
    reference: { kind: 'trailing', length: '7d', gap: '2d' },
    window: day,
    spans: ['03-09..03-16'],
  },
  { intent: 'previous', reference: { kind: 'previous' }, window: hour, spans: ['03-18T08..03-18T09'] },
  {
    intent: 'the same hour of the same weekday, four weeks back',
    reference: seasonal({ season: 'hour_of_week' }),
    window: hour,
    spans: ['02-18T09..02-18T10', '02-25T09..02-25T10', '03-04T09..03-04T10', '03-11T09..03-11T10'],
  },
  {
    intent: 'the same weekday, all of it',
    reference: seasonal({ season: 'weekday', length: '14d' }),
    window: hour,
    spans: ['03-04..03-05', '03-11..03-12'],
  },
  {
    intent: 'the same hour of every day',
    reference: seasonal({ season: 'hour', length: '3d' }),
    window: hour,
    spans: ['03-15T09..03-15T10', '03-16T09..03-16T10', '03-17T09..03-17T10'],
  },
  {
    intent: 'a gap leaves the nearest out',
    reference: seasonal({ length: '21d', gap: '8d' }),
    window: day,
    spans: ['02-18..02-19', '02-25..02-26', '03-04..03-05'],
  },
  {
    intent: 'no holiday for a day that is none',
    reference: seasonal({ holidays: ['2026-03-04'] }),
    window: day,
    spans: ['02-18..02-19', '02-25..02-26', '03-11..03-12'],
  },
  {
    intent: 'a holiday with the holidays before it, at the same hour',
    reference: seasonal({ holidays: ['2026-03-18', '2026-01-01', '2026-02-14', '2026-12-25'] }),
    window: hour,
    spans: ['01-01T09..01-01T10', '02-14T09..02-14T10'],
  },
];

describe('referenceRows', () => {
  test.each(rows)('$intent', ({ reference, window, spans }) => {
    expect(shown(referenceRows(ReferenceConfig.parse(reference), window, champion)!.spans)).toEqual(spans);
  });

  test.each([
    ['training without a champion', { kind: 'training' }, day, null],
    ['validation of a version that nobody trained here', { kind: 'validation' }, day, { version: 'v1', dataset: null }],
    ['a period that the window covers', { kind: 'period', start: '2026-03-18', end: '2026-03-18' }, day, champion],
    ['the first holiday', seasonal({ holidays: ['2026-03-18'] }), day, champion],
  ])('none: %s', (_, reference, window, serving) => {
    expect(referenceRows(ReferenceConfig.parse(reference), window, serving as Champion)).toBeNull();
  });

  test('no reference overlaps its window, and no two references share a key', () => {
    const keys = new Map<string, string>();
    const windows = Array.from({ length: 24 * 40 }, (_, i) => ({
      start: at('02-10') + i * HOUR,
      end: at('02-10') + (i + 1) * HOUR,
    }));
    for (const { reference } of rows) {
      for (const window of [...windows, day]) {
        const found = referenceRows(ReferenceConfig.parse(reference), window, champion);
        if (!found) continue;
        for (const [i, { start, end }] of found.spans.entries()) {
          expect(start < end && (end <= window.start || start >= window.end)).toBe(true);
          expect(i === 0 || start >= found.spans[i - 1]!.end).toBe(true);
        }
        const spans = JSON.stringify(found.spans);
        expect(keys.get(found.key) ?? spans).toBe(spans);
        keys.set(found.key, spans);
      }
    }
  });
});
