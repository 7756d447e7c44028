import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fit, formatDuration, formatTime, formatValue, formatWindow } from './format.ts';

test.each([
  { metric: 'roc_auc', value: 0.81234, text: '0.8123' },
  { metric: 'quality.range_share', value: 0.1239, text: '12.4 %' },
  { metric: 'drift.share', value: 0, text: '0 %' },
  { metric: 'service.latency_p95', value: 1234.6, text: '1,235 ms' },
  { metric: 'quality.age_seconds', value: 42, text: '42 s' },
  { metric: 'quality.gap_seconds', value: 7_500, text: '2 h 5 min' },
  { metric: 'quality.rows', value: 41_200, text: '41,200' },
])('$metric of $value is $text', ({ metric, value, text }) => expect(formatValue(metric, value)).toBe(text));

test.each([
  { ms: 0, text: '0 s' },
  { ms: 59_400, text: '59 s' },
  { ms: 60_000, text: '1 min' },
  { ms: 3_599_900, text: '60 min' },
  { ms: 3_600_000, text: '1 h' },
  { ms: 187 * 60_000, text: '3 h 7 min' },
  { ms: 86_400_000, text: '1 d' },
  { ms: 1.5 * 86_400_000, text: '1 d 12 h' },
  { ms: 86_399_000, text: '24 h' },
  { ms: 30 * 86_400_000, text: '30 d' },
])('$ms ms are $text', ({ ms, text }) => expect(formatDuration(ms)).toBe(text));

describe('times', () => {
  const winter = '2001-01-08T23:30:00Z';
  test.each([
    { intent: 'in UTC', zone: undefined, text: '2001-01-08 23:30 UTC' },
    {
      intent: 'on another day in the zone',
      zone: 'Europe/Berlin',
      text: '2001-01-08 23:30 UTC (2001-01-09 00:30 Europe/Berlin)',
    },
    {
      intent: 'on the same day in the zone',
      zone: 'America/New_York',
      text: '2001-01-08 23:30 UTC (18:30 America/New_York)',
    },
  ])('$intent', ({ zone, text }) => expect(formatTime(winter, zone)).toBe(text));
  test('a window in a zone, with its summer time', () => {
    expect(formatWindow('2001-07-08T00:00:00Z', '2001-07-09T00:00:00Z', 'Europe/Berlin')).toBe(
      '2001-07-08 00:00 to 2001-07-09 00:00 UTC (2001-07-08 02:00 to 2001-07-09 02:00 Europe/Berlin)',
    );
  });
});

describe('what fits', () => {
  test('parts are shown whole, and the rest is counted', () => {
    const parts = ['aaaa', 'bbbb', 'cccc', 'dddd'];
    expect(fit(parts, { budget: 19 })).toEqual({ shown: parts, more: '' });
    expect(fit(parts, { budget: 18 })).toEqual({ shown: ['aaaa', 'bbbb'], more: '+ 2 more' });
    expect(fit(parts, { budget: 100, most: 1 })).toEqual({ shown: ['aaaa'], more: '+ 3 more' });
    expect(fit(parts, { budget: 3 })).toEqual({ shown: [], more: '+ 4 more' });
  });

  test('never over the budget, nothing lost, nothing left off without need', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 30 }), { maxLength: 30 }),
        fc.integer({ min: 10, max: 300 }),
        (parts, budget) => {
          const { shown, more } = fit(parts, { budget });
          const text = [...shown, ...(more ? [more] : [])].join('\n');
          expect(text.length).toBeLessThanOrEqual(budget);
          expect(more).toBe(shown.length === parts.length ? '' : `+ ${parts.length - shown.length} more`);
          if (parts.join('\n').length <= budget) expect(more).toBe('');
        },
      ),
    );
  });
});
