import type { AlertsReview } from '@leeway/contract';
import { expect, test } from 'vitest';
import { alert, HOSTILE } from '../../notify/testdata/messages.ts';
import { lengthText, reviewHtml, reviewMarkdown } from './render-review.ts';

const rule = {
  model: 'flights',
  rule: 'loss',
  owner: 'ops',
  severity: 'critical',
  known: true,
  windows: 60,
  alerts: 2,
  messages: 3,
  afterHours: 1,
  verdicts: { useful: 1, noise: 1, expected: 0, duplicate: 0, none: 0 },
  noiseShare: 0.5,
  timeToAcknowledge: 5_400_000,
  timeToResolve: 172_800_000,
  resolvedByThemselves: 1,
  flapping: 0,
  timeInAlarm: 0.05,
  remarks: ['mostly_noise' as const],
};

const review = (over: Partial<AlertsReview> = {}): AlertsReview => ({
  from: '2026-03-02T00:00:00.000Z',
  to: '2026-03-09T00:00:00.000Z',
  zone: 'UTC',
  rules: [rule],
  alerts: [],
  ...over,
});

test('a week as one reads it', () => {
  const markdown = reviewMarkdown(
    review({
      alerts: [
        {
          alert: { ...alert(), assignee: 'ann', summary: 'log_loss is 0.7' },
          comments: [{ at: '2026-03-03T00:00:00.000Z', actor: 'ben', text: 'the feed was late' }],
          verdicts: [],
        },
      ],
    }),
  );
  expect(markdown).toContain(
    '2026-03-02 00:00 UTC to 2026-03-09 00:00 UTC: 1 alerts were open, 3 messages were sent, 1 of them after hours (UTC).',
  );
  expect(markdown).toMatch(
    /## Open\n\n\| Fired .*\n\|---.*\n\| .* \| log\\_loss is 0\.7 \| open.* \| ann \| {2}\| ben: the feed was late \|/,
  );
  expect(markdown).toContain('| flights | loss | ops | 2 | 3 | 1 | 1 | 50 % | 2 h | 2 d | mostly noise |');
  expect(markdown).toContain('## Over, and judged\n\nNone.');
});

test('what came with the data stays text', () => {
  const hostile = review({
    alerts: [
      {
        alert: { ...alert(), summary: HOSTILE },
        comments: [
          { at: '2026-03-03T00:00:00.000Z', actor: 'x|y', text: '<script>alert(1)</script> [a](http://x)\n| b |' },
        ],
        verdicts: [],
      },
    ],
  });
  expect(reviewHtml(hostile)).not.toMatch(/<script|<img/i);
  const row = reviewMarkdown(hostile)
    .split('\n')
    .find((line) => line.includes('script'));
  expect(row).toContain('\\<script\\>');
  expect(row).toContain('\\[a\\]\\(http://x\\)');
  expect(row?.replaceAll('\\|', '').split('|')).toHaveLength(10);
});

test.each([
  [null, ''],
  [30_000, '1 min'],
  [5_340_000, '89 min'],
  [5_400_000, '2 h'],
  [172_800_000, '2 d'],
])('%s ms are "%s"', (ms, text) => {
  expect(lengthText(ms)).toBe(text);
});
