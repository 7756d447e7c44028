import { expect, test } from 'vitest';
import { buildMessage, defaultSummary } from './message.ts';
import { alert, HOSTILE, messages } from './testdata/messages.ts';

// The golden files are what a reviewer reads: `npx vitest -u` writes them anew.
test.each(Object.entries(messages).filter(([name]) => name !== 'huge'))(
  'what a message says: %s',
  async (name, message) => {
    const text = `${message.subject}\n\n${message.lines.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  },
);

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
    intent: 'what still fires',
    message: messages.repeat,
    subject: '[STILL FIRING] flights: roc_auc is 0.7121, threshold 0.75',
  },
  {
    intent: 'what a silence had kept back',
    message: messages.silenceEnded,
    subject: '[STILL FIRING] flights: roc_auc is 0.7121, threshold 0.75 (silence ended)',
  },
  {
    intent: 'what comes and goes',
    message: messages.flapping,
    subject: '[FLAPPING] flights: auc-low comes and goes: 6 changes in 20 windows',
  },
  {
    intent: 'a digest',
    message: messages.digest,
    subject: '[DIGEST] flights: 3 alerts: auc-low, latency, distance-range',
  },
  {
    intent: 'a step of an escalation',
    message: messages.escalation,
    subject: '[ESCALATED, STEP 2] flights: roc_auc is 0.7121, threshold 0.75',
  },
  {
    intent: 'what late labels took back',
    message: messages.retracted,
    subject: '[RETRACTED] flights: late labels changed roc_auc from 0.81 to 0.86',
  },
  {
    intent: 'many are counted',
    message: messages.huge,
    subject: '[FIRING 200] flights: rule-0, rule-1, rule-10, rule-100, 196 more',
  },
])('subject: $intent', ({ message, subject }) => expect(message.subject).toBe(subject));

test.each([
  { message: messages.firing, lead: null },
  { message: messages.repeat, lead: 'Still firing for 1 d 4 h.' },
  { message: messages.silenceEnded, lead: 'Still firing for 1 d 4 h: the silence has ended.' },
  {
    message: messages.flapping,
    lead: 'It comes and goes: 6 changes in 20 windows. You are told again when it is steady.',
  },
  { message: messages.digest, lead: 'Digest: 3 alerts since Monday 2001-01-08 09:00 UTC; 2 fire, 1 is over.' },
  { message: messages.escalation, lead: 'Nobody has acknowledged this for 1 d 4 h: escalation step 2.' },
  { message: messages.mixed, lead: '1 of 2 is over; the rest still fires.' },
])('first line: $lead', ({ message, lead }) => {
  expect(message.lead).toBe(lead);
  expect(message.lines[0]).toBe(lead ?? message.lines[0]);
});

test.each([
  {
    reason: 'new alerts',
    subject: '[FIRING]',
    lead: 'Alerts have joined those that were told before; all that fire are listed.',
  },
  {
    reason: 'silence started',
    subject: '[SILENCED]',
    lead: 'It is silenced from now on. Its end is told all the same.',
  },
  { reason: 'maintenance ended', subject: '[STILL FIRING]', lead: 'Still firing for 30 s: the maintenance has ended.' },
  { reason: 'steady', subject: '[STILL FIRING]', lead: 'It no longer comes and goes. It has fired for 30 s.' },
  {
    reason: 'rate limited',
    subject: '[FIRING]',
    lead: 'The channel has had as many messages as it may have, so these come together.',
  },
  { reason: 'assigned', subject: '[ASSIGNED]', lead: 'This was given to you to look after.' },
  { reason: 'of another time', subject: '[FIRING]', lead: null },
])('the reason "$reason" is told', ({ reason, subject, lead }) => {
  const message = buildMessage({
    firing: [alert()],
    resolved: [],
    reason,
    group: { key: 'k', labels: {} },
    publicUrl: 'http://x',
    now: Date.parse('2001-01-10T00:10:30Z'),
  });
  expect(message.subject.startsWith(`${subject} flights`)).toBe(true);
  expect(message.lead).toBe(lead);
});

test.each([
  { why: 'late labels changed roc_auc from 0.81 to 0.86: roc_auc is 0.86, not below 0.82', retracted: true },
  {
    why: 'late data changed quality.rows of 2001-01-08 00:00 to 2001-01-09 00:00 UTC from 1 to 9: well',
    retracted: true,
  },
  { why: 'roc_auc is 0.86, not below 0.82', retracted: false },
])('over because "$why" is retracted: $retracted', ({ why, retracted }) => {
  const { alerts, subject } = buildMessage({
    firing: [],
    resolved: [alert({ state: 'resolved', certainty: 'revised', resolvedAt: '2001-01-11T00:00:00Z', why })],
    reason: 'all resolved',
    group: { key: 'k', labels: {} },
    publicUrl: 'http://x',
    now: 0,
  });
  expect(alerts[0]!.retracted).toBe(retracted);
  expect(subject).toMatch(retracted ? /^\[RETRACTED\] flights: late .* from .* to \S+$/ : /^\[RESOLVED\]/);
});

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
