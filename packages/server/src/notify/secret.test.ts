import { expect, test } from 'vitest';
import { CHANNELS, configureChannel, listChannelTypes } from './index.ts';
import { redact } from './secret.ts';

test.each([
  {
    intent: 'the path of an address',
    text: 'POST https://hooks.slack.com/services/T0/B0/abc failed',
    clean: 'POST https://hooks.slack.com/[secret] failed',
  },
  { intent: 'its query, and a user in it', text: 'http://me:pw@h:8080?sig=abc x', clean: 'http://h:8080/[secret] x' },
  { intent: 'a given secret by itself', text: 'path /services/T0/B0/abc', clean: 'path [secret]' },
  {
    intent: 'tokens',
    text: 'Authorization: Bearer abcdefgh1234 whsec_abc= xoxb-1-2',
    clean: 'Authorization: Bearer [secret] whsec_[secret] xoxb-[secret]',
  },
  { intent: 'in base64', text: Buffer.from('hunter22').toString('base64'), clean: '[secret]' },
  {
    intent: 'nothing else',
    text: 'HTTP 404: no_service at https://example.org',
    clean: 'HTTP 404: no_service at https://example.org',
  },
])('takes out $intent', ({ text, clean }) => {
  expect(redact(text, ['https://hooks.slack.com/services/T0/B0/abc', 'hunter22'])).toBe(clean);
});

test('secret options are marked for the form', () => {
  const marked = listChannelTypes().map(({ type, schema }) => {
    const fields = Object.entries(schema['properties'] as Record<string, { secret?: boolean }>);
    return [type, ...fields.filter(([, field]) => field.secret).map(([name]) => name)];
  });
  expect(marked).toEqual([
    ['console'],
    ['smtp', 'password'],
    ['slack', 'url', 'token'],
    ['teams', 'url'],
    ['pagerduty', 'routingKey'],
    ['opsgenie', 'apiKey'],
    ['discord', 'url'],
    ['datadog', 'apiKey'],
    ['statuspal', 'apiKey'],
    ['twilio', 'token'],
    ['telegram', 'token'],
    ['ntfy', 'topic', 'token', 'password'],
    ['alertmanager', 'password', 'token'],
    ['sns', 'secretAccessKey', 'sessionToken'],
    ['apprise', 'key', 'urls', 'password'],
    ['webhook', 'url', 'secret', 'oldSecret', 'authorization', 'headers'],
  ]);
});

test('a channel of the configuration is checked, and its mistakes are named', () => {
  const base = { name: 'hook', sendResolved: true };
  const url = 'https://example.org/x';
  expect(configureChannel({ ...base, type: 'webhook', url })).toMatchObject({ options: { url }, secrets: [url] });
  expect(() => configureChannel({ ...base, type: 'pigeon' })).toThrow('as type, got "pigeon"');
  expect(() => configureChannel({ ...base, type: 'webhook', url, secret: 'short' })).toThrow(
    'secret: expected "whsec_"',
  );
  expect(() => configureChannel({ ...base, type: 'slack', url, colour: 'red' })).toThrow('colour');
  expect(new Set(CHANNELS.map(({ type }) => type)).size).toBe(CHANNELS.length);
});
