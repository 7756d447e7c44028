import { expect, test } from 'vitest';
import { buildMessage, defaultSummary } from './message.ts';
import { alert, HOSTILE, messages } from './testdata/messages.ts';

test('what a message says', () => {
  expect(messages.mixed.subject).toBe('[FIRING 1, RESOLVED 1] flights: auc-low, distance-range');
  expect(messages.mixed.lines).toMatchInlineSnapshot(`
    [
      "CRITICAL auc-low: roc_auc is 0.7121, threshold 0.75",
      "  What     roc_auc 0.7121 (interval 0.7002 to 0.7239) against the threshold 0.75; reference 0.8104",
      "  Where    model flights, all rows",
      "  Window   2001-01-08 00:00 to 2001-01-09 00:00 UTC, 4,120 rows, labels for 93 %",
      "  Since    2001-01-10 00:10 UTC",
      "  Cause    The data are broken: distance: 12.4 % of values above 2,724 (reference 0 %), mostly origin=JFK, LAX.",
      "  Columns  distance: 12.4 % of values above 2,724; distance: distributed differently",
      "  Slices   origin=JFK (quality.range_share 90 %, 700 rows); origin=LAX (quality.range_share 85 %, 1,600 rows)",
      "  Runbook  https://wiki.example.org/auc-low",
      "  Open     https://leeway.example.org/alerts/alert_1",
      "RESOLVED distance-range: quality.range_share of distance is 12.4 %, threshold 5 %",
      "  What    quality.range_share 12.4 % against the threshold 5 %; reference 0 %",
      "  Where   model flights, column distance, all rows",
      "  Window  2001-01-08 00:00 to 2001-01-09 00:00 UTC, 4,120 rows",
      "  Since   2001-01-10 00:10 UTC until 2001-01-10 00:10 UTC",
      "  Now     quality.range_share of distance is 0 %, not above 5 %",
      "  Open    https://leeway.example.org/alerts/alert_2",
    ]
  `);
});

test.each([
  {
    intent: 'one alert is named',
    message: messages.firing,
    subject: '[FIRING] flights: roc_auc is 0.7121, threshold 0.75',
  },
  {
    intent: 'so is its end',
    message: messages.resolved,
    subject: '[RESOLVED] flights: quality.range_share of distance is 12.4 %, threshold 5 %',
  },
  {
    intent: 'many are counted',
    message: messages.huge,
    subject: '[FIRING 200] flights: rule-0, rule-1, rule-10, rule-100, 196 more',
  },
])('subject: $intent', ({ message, subject }) => expect(message.subject).toBe(subject));

test('links to the alert, or to all if there are several', () => {
  expect(messages.firing.links).toEqual([{ label: 'Open', url: 'https://leeway.example.org/alerts/alert_1' }]);
  expect(messages.mixed.links).toEqual([{ label: 'Open', url: 'https://leeway.example.org/alerts' }]);
});

test('the worst comes first', () => {
  const { alerts, severity } = buildMessage({
    firing: [alert({ id: 'a', severity: 'info' }), alert({ id: 'b' })],
    resolved: [],
    reason: 'first',
    group: { key: 'k', labels: {} },
    publicUrl: 'http://x',
    now: 0,
  });
  expect([severity, ...alerts.map(({ id }) => id)]).toEqual(['critical', 'b', 'a']);
});

test('values of the data cannot break a line or colour a terminal', () => {
  expect(HOSTILE).toContain('\r\n');
  for (const line of [messages.hostile.subject, ...messages.hostile.lines]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f]/);
  }
});

test('an alert without a value says so', () => {
  expect(defaultSummary(alert({ value: null }))).toBe('roc_auc has no data');
});
