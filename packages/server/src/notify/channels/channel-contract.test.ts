import { describe, expect, test } from 'vitest';
import { testMessage } from '../message.ts';
import {
  type ChannelKit,
  HTTP_STATUSES,
  loadKits,
  NOW,
  startHttp,
  startSilence,
  trySend,
} from '../testdata/channel-kit.ts';
import { messages } from '../testdata/messages.ts';
import { CHANNELS } from './index.ts';

const kits = await loadKits();

/** Sends to the fake of a kit, and tells what a person would read there. */
async function receive(type: string, kit: ChannelKit, message = messages.firing) {
  if (kit.http) {
    const { origin, received } = await startHttp(kit.http());
    const known = message.status === 'resolved' && kit.receipt ? { receipt: kit.receipt } : {};
    const outcome = await trySend(type, kit.options(origin), message, known);
    return { outcome, text: received.map(kit.text ?? (({ text }) => text)).join('\n') };
  }
  if (kit.receiver) {
    const { origin, read } = await kit.receiver();
    const outcome = await trySend(type, kit.options(origin), message);
    return { outcome, text: read() };
  }
  const written: string[] = [];
  const outcome = await trySend(type, kit.options(''), message, { write: (text) => written.push(text) });
  return { outcome, text: written.join('') };
}

const shown = (outcome: unknown) => JSON.stringify(outcome);

test('every kind of channel is tried here', () => {
  expect([...new Set(kits.map(({ type }) => type))]).toEqual(CHANNELS.map(({ type }) => type));
});

describe.each(kits.map((entry) => ({ ...entry, name: entry.kit.name })))('$name', ({ type, kit }) => {
  const remote = kit.http !== undefined || kit.receiver !== undefined;

  test.each(Object.keys(messages) as (keyof typeof messages)[])('sends a %s message', async (name) => {
    const { outcome, text } = await receive(type, kit, messages[name]);
    expect(outcome).toMatchObject({ outcome: 'sent' });
    expect(text.length).toBeGreaterThan(kit.brief ? 20 : 100);
    for (const secret of kit.secrets) expect(shown(outcome)).not.toContain(secret);
  });

  test('a message of an end says so', async () => {
    const { text } = await receive(type, kit, messages.resolved);
    expect(text).toMatch(/resolve/i);
    expect(text).not.toMatch(/\[FIRING/);
  });

  test('a test message says so', async () => {
    const { text } = await receive(type, kit, testMessage('tested', 'https://leeway.example.org', Date.parse(NOW)));
    expect(text).toMatch(/TEST/);
  });

  test('a note is told, or passed over with the reason', async () => {
    const url = 'https://leeway.example.org/runs/run_1';
    const { outcome, text } = await receive(type, kit, {
      ...testMessage('tested', 'https://leeway.example.org', Date.parse(NOW)),
      ...{ status: 'note', reason: 'retraining', subject: '[APPROVAL] churn: v4 waits for a decision' },
      ...{ lines: ['A person decides.'], links: [{ label: 'Open', url }] },
    });
    expect(outcome).toMatchObject({ outcome: 'sent' });
    if (outcome.outcome === 'sent' && text === '') expect(outcome.note).toMatch(/nothing/);
    else expect(text).toContain('v4 waits for a decision');
    expect(text).not.toMatch(/TEST|FIRING|RESOLVED/);
  });

  test('links to the alert, and names the cause', async () => {
    const { text } = await receive(type, kit);
    expect(text).toContain('leeway.example.org/alerts/alert_1');
    if (!kit.brief) expect(text).toContain('origin=');
  });

  test('a preview is what would be sent, without a secret', () => {
    const channel = CHANNELS.find((candidate) => candidate.type === type)!;
    const options = channel.options.parse(kit.options('http://127.0.0.1:1'));
    const { body, contentType } = channel.preview(messages.firing, options);
    expect(contentType).toMatch(/^[a-z]+\/[a-z+.-]+/);
    expect(body).toContain('flights');
    for (const secret of kit.secrets) expect(body).not.toContain(secret);
  });

  test.skipIf(!remote)('nobody answers in time: to be tried again', async () => {
    const { origin } = await startSilence();
    const outcome = await trySend(type, kit.options(origin), messages.firing, { timeoutMs: 150 });
    expect(outcome).toMatchObject({ outcome: 'retry', reason: 'deadline' });
    for (const secret of kit.secrets) expect(shown(outcome)).not.toContain(secret);
  });

  test.skipIf(!remote)('nobody is there: to be tried again', async () => {
    const { origin, close } = await startSilence();
    close();
    const outcome = await trySend(type, kit.options(origin));
    expect(outcome).toMatchObject({ outcome: 'retry', reason: 'network' });
    for (const secret of kit.secrets) expect(shown(outcome)).not.toContain(secret);
  });

  test('options that are wrong are final, and do not show a secret', async () => {
    const outcome = await trySend(type, { ...kit.options('http://127.0.0.1:1'), nonsense: true });
    expect(outcome).toMatchObject({ outcome: 'permanent', reason: 'rejected' });
    for (const secret of kit.secrets) expect(shown(outcome)).not.toContain(secret);
  });
});

const overHttp = kits.flatMap(({ type, kit }) => (kit.http ? [{ name: kit.name, type, kit }] : []));

describe.each(overHttp)('$name over HTTP', ({ type, kit }) => {
  const rows = (kit.statuses ?? HTTP_STATUSES).map(([answer, outcome, reason]) => {
    const said = typeof answer === 'number' ? { status: answer } : answer;
    return { title: `${said.status} ${said.body ?? ''}`.trim(), said, outcome, reason };
  });

  test.each(rows)('HTTP $title is $outcome, $reason', async ({ said, outcome, reason }) => {
    const body = said.body ?? `no: ${kit.secrets.join(' ')}`;
    const { origin } = await startHttp(() => ({ ...said, body, headers: { location: '/x', ...said.headers } }));
    const got = await trySend(type, kit.options(origin));
    expect(got).toMatchObject({ outcome, reason });
    if (said.status >= 300) expect(shown(got)).toContain(String(said.status));
    for (const secret of kit.secrets) expect(shown(got)).not.toContain(secret);
  });

  test.skipIf(kit.in17Seconds === null)('waits as long as the service asks', async () => {
    const { origin } = await startHttp(() => kit.in17Seconds ?? { status: 429, headers: { 'retry-after': '17' } });
    expect(await trySend(type, kit.options(origin))).toMatchObject({ outcome: 'retry', retryAfterMs: 17_000 });
  });

  test('a private address that is not allowed is refused for good', async () => {
    const outcome = await trySend(type, kit.options('http://10.1.2.3'));
    expect(outcome).toMatchObject({ outcome: 'permanent', reason: 'rejected' });
    for (const secret of kit.secrets) expect(shown(outcome)).not.toContain(secret);
  });
});
