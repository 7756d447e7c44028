import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../platform/clock.ts';
import { createOutbound } from '../../platform/outbound.ts';
import type { ChannelIo, Outcome } from '../channel.ts';
import { attempt } from '../deliver.ts';
import { testMessage } from '../message.ts';
import { messages } from '../testdata/messages.ts';
import { CHANNELS } from './index.ts';

/** What the suite must know of a kind of channel to try it. A new kind is one entry. */
interface Kit {
  http: boolean;
  /** Options for a fake receiver at this port. */
  options: (port: number) => Record<string, unknown>;
  /** The answer of an HTTP receiver that took the message. */
  okBody?: string;
  /** Most bytes that the receiver takes. */
  limit?: number;
  /** What stands in the options and must never be read in an error. */
  secrets: string[];
}

const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KITS: Record<string, Kit> = {
  console: { http: false, options: () => ({}), secrets: [] },
  webhook: {
    http: true,
    options: (port) => ({ url: `http://127.0.0.1:${port}/hook/s3cr3t-path?sig=s3cr3t-sig`, secret: SIGNING }),
    secrets: ['s3cr3t-path', 's3cr3t-sig', SIGNING],
  },
  slack: {
    http: true,
    options: (port) => ({ url: `http://127.0.0.1:${port}/services/T0/B0/s3cr3t` }),
    okBody: 'ok',
    limit: 40_000,
    secrets: ['s3cr3t'],
  },
  smtp: {
    http: false,
    options: (port) => ({
      host: '127.0.0.1',
      port,
      tls: 'none',
      user: 'leeway',
      password: 's3cr3t-password',
      from: 'Leeway <leeway@example.org>',
      to: ['ops@example.org'],
    }),
    secrets: ['s3cr3t-password', Buffer.from('\u0000leeway\u0000s3cr3t-password').toString('base64')],
  },
};

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

interface Received {
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

async function fakeHttp(answer: { status: number; body?: string; headers?: Record<string, string> } | 'silence') {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received };
}

/** A mail server that takes everything, or answers as told. */
async function fakeMail(
  refuse: { at: 'auth' | 'rcpt' | 'data'; code: number } | null = null,
  tls: SMTPServerOptions = { hideSTARTTLS: true },
) {
  const received: Received[] = [];
  const failure = (text: string) => Object.assign(new Error(text), { responseCode: refuse?.code ?? 550 });
  const server = new SMTPServer({
    ...tls,
    allowInsecureAuth: true,
    authOptional: true,
    onAuth: ({ password }, _session, done) =>
      refuse?.at === 'auth' ? done(failure(`no such login ${password}`)) : done(null, { user: 'leeway' }),
    onRcptTo: ({ address }, _session, done) =>
      refuse?.at === 'rcpt' && address.startsWith('gone') ? done(failure('no such mailbox')) : done(),
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuse?.at === 'data') return done(failure('not now'));
        received.push({ headers: {}, body: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  server.on('error', () => {}); // a client that gives up is no error of the test
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => server.close(() => {}));
  return { port: (server.server.address() as AddressInfo).port, received };
}

/** Takes connections and says nothing. */
async function fakeSilence() {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    opened.push(() => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => server.close());
  return { port: (server.address() as AddressInfo).port };
}

/** A certificate for localhost of our own making; without openssl what needs it is left out. */
const certificate = ((): { key: string; cert: string } | null => {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

const clock = new ManualClock('2001-01-10T00:10:30Z');
const written: string[] = [];

/** A try on the way that real messages take, through the real outbound client. */
const send = (
  type: string,
  options: Record<string, unknown>,
  message = messages.firing,
  io: Partial<ChannelIo> = {},
): Promise<Outcome> =>
  attempt(
    { clock },
    {
      channels: CHANNELS,
      outbound: createOutbound({ allow: () => ['127.0.0.0/8'] }),
      write: (text) => written.push(text),
      random: () => 0,
      timeoutMs: io.timeoutMs ?? 5_000,
    },
    { name: 'tested', sendResolved: true, ...options, type },
    message,
    'dlv_test',
    new AbortController().signal,
  );

async function receive(type: string, message = messages.firing): Promise<{ outcome: Outcome; text: string }> {
  const kit = KITS[type]!;
  if (type === 'console') {
    written.length = 0;
    return { outcome: await send(type, {}, message), text: written.join('') };
  }
  const fake = kit.http ? await fakeHttp({ status: 200, body: kit.okBody ?? '' }) : await fakeMail();
  const outcome = await send(type, kit.options(fake.port), message);
  return { outcome, text: fake.received.map(({ body }) => body).join('\n') };
}

test('every kind of channel is tried here', () => {
  expect(Object.keys(KITS).sort()).toEqual(CHANNELS.map(({ type }) => type).sort());
});

describe.each(CHANNELS.map(({ type }) => ({ type, kit: KITS[type]! })))('$type', ({ type, kit }) => {
  test.each(Object.keys(messages) as (keyof typeof messages)[])('sends a %s message', async (name) => {
    const { outcome, text } = await receive(type, messages[name]);
    expect(outcome).toEqual({ outcome: 'sent' });
    expect(text.length).toBeGreaterThan(100);
    if (kit.limit) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(kit.limit);
  });

  test('a message of an end says so', async () => {
    const { text } = await receive(type, messages.resolved);
    expect(text).toMatch(/resolved/i);
    expect(text).not.toMatch(/\[FIRING/);
  });

  test('a test message says so', async () => {
    const { text } = await receive(type, testMessage('tested', 'https://leeway.example.org', clock.now()));
    expect(text).toMatch(/TEST/);
  });

  test('names the cause, and links to the alert', async () => {
    const { text } = await receive(type);
    const soft = text.replace(/=\r?\n/g, ''); // soft line breaks of mail
    expect(soft).toContain('origin=');
    expect(soft).toContain('leeway.example.org/alerts/alert_1');
  });

  test.skipIf(type === 'console')('nobody answers in time: to be tried again', async () => {
    const { port } = await fakeSilence();
    const outcome = await send(type, kit.options(port), messages.firing, { timeoutMs: 150 });
    expect(outcome).toMatchObject({ outcome: 'retry', reason: 'deadline' });
    for (const secret of kit.secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test.skipIf(type === 'console')('nobody is there: to be tried again', async () => {
    const { port } = await fakeSilence();
    for (const close of opened.splice(0)) close();
    const outcome = await send(type, kit.options(port));
    expect(outcome).toMatchObject({ outcome: 'retry', reason: 'network' });
    for (const secret of kit.secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  test('options that are wrong are final, and do not show a secret', async () => {
    const outcome = await send(type, { ...kit.options(1), nonsense: true });
    expect(outcome).toMatchObject({ outcome: 'permanent', reason: 'rejected' });
    for (const secret of kit.secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
  });
});

describe.each(Object.entries(KITS).filter(([, kit]) => kit.http))('%s over HTTP', (type, kit) => {
  test.each([
    [301, 'permanent', 'rejected'],
    [302, 'permanent', 'rejected'],
    [400, 'permanent', 'rejected'],
    [401, 'permanent', 'auth'],
    [403, 'permanent', 'auth'],
    [404, 'permanent', 'rejected'],
    [408, 'retry', 'server'],
    [410, 'permanent', 'rejected'],
    [413, 'permanent', 'rejected'],
    [422, 'permanent', 'rejected'],
    [429, 'retry', 'rate_limited'],
    [500, 'retry', 'server'],
    [502, 'retry', 'server'],
    [503, 'retry', 'server'],
    [504, 'retry', 'server'],
  ])('HTTP %i is %s, %s', async (status, outcome, reason) => {
    const { port } = await fakeHttp({ status, body: `no: ${kit.secrets.join(' ')}`, headers: { location: '/x' } });
    const got = await send(type, kit.options(port));
    expect(got).toMatchObject({ outcome, reason });
    expect(JSON.stringify(got)).toContain(String(status));
    for (const secret of kit.secrets) expect(JSON.stringify(got)).not.toContain(secret);
  });

  test('honours Retry-After', async () => {
    const { port } = await fakeHttp({ status: 429, headers: { 'retry-after': '17' } });
    expect(await send(type, kit.options(port))).toMatchObject({ outcome: 'retry', retryAfterMs: 17_000 });
  });
});

describe('webhook', () => {
  test('is signed after Standard Webhooks, with the time of the try', async () => {
    const { port, received } = await fakeHttp({ status: 204 });
    const real = Math.floor(Date.now() / 1000) * 1000; // the verifier goes by the real time
    const options = { ...KITS['webhook']!.options(port), oldSecret: `whsec_${Buffer.alloc(24, 1).toString('base64')}` };
    const outcome = await attempt(
      { clock: new ManualClock(real) },
      {
        channels: CHANNELS,
        outbound: createOutbound({ allow: () => ['127.0.0.1'] }),
        write: () => {},
        random: () => 0,
      },
      { name: 'tested', type: 'webhook', sendResolved: true, ...options },
      messages.firing,
      'dlv_42',
      new AbortController().signal,
    );
    expect(outcome).toEqual({ outcome: 'sent' });
    const { headers, body } = received[0]!;
    expect(headers['webhook-id']).toBe('dlv_42');
    for (const secret of [SIGNING, options.oldSecret as string]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
        type: 'alert.firing',
      });
    }
    expect(() => new Webhook(SIGNING).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  test('a private address that is not allowed is refused for good', async () => {
    const outcome = await attempt(
      { clock },
      { channels: CHANNELS, outbound: createOutbound({ allow: () => [] }), write: () => {}, random: () => 0 },
      { name: 'tested', type: 'webhook', sendResolved: true, url: 'http://127.0.0.1:1/s3cr3t' },
      messages.firing,
      'dlv_1',
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ outcome: 'permanent', reason: 'rejected' });
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t');
  });
});

describe('slack', () => {
  test('a page that is not Slack is no success', async () => {
    const { port } = await fakeHttp({ status: 200, body: '<html>log in</html>' });
    expect(await send('slack', KITS['slack']!.options(port))).toMatchObject({
      outcome: 'permanent',
      reason: 'rejected',
    });
  });
});

describe('smtp', () => {
  const options = (port: number, over: object = {}) => ({ ...KITS['smtp']!.options(port), ...over });

  test.each([
    { at: 'auth' as const, code: 535, outcome: 'permanent', reason: 'auth' },
    { at: 'auth' as const, code: 454, outcome: 'retry', reason: 'auth' },
    { at: 'data' as const, code: 451, outcome: 'retry', reason: 'server' },
    { at: 'data' as const, code: 554, outcome: 'permanent', reason: 'rejected' },
  ])('refused at $at with $code: $outcome', async ({ at, code, outcome, reason }) => {
    const { port } = await fakeMail({ at, code });
    const got = await send('smtp', options(port));
    expect(got).toMatchObject({ outcome, reason });
    expect(JSON.stringify(got)).not.toContain('s3cr3t');
  });

  test('one receiver of two is refused: sent, and said', async () => {
    const { port, received } = await fakeMail({ at: 'rcpt', code: 550 });
    const got = await send('smtp', options(port, { to: ['ops@example.org', 'gone@example.org'] }));
    expect(got).toEqual({ outcome: 'sent', note: 'the mail server refused gone@example.org' });
    expect(received).toHaveLength(1);
  });

  test('text first, then HTML; one thread; no header but ours', async () => {
    const { port, received } = await fakeMail();
    await send('smtp', options(port), messages.hostile);
    const mail = received[0]!.body;
    const [head = ''] = mail.split('\r\n\r\n');
    expect(head).toMatch(/^Message-ID: <dlv_test@example\.org>$/im);
    const thread = /^In-Reply-To: (<group-[0-9a-f]{32}@example\.org>)$/im.exec(head)?.[1];
    expect(thread).toBeDefined();
    expect(head).toContain(`References: ${thread}`);
    expect(head).not.toMatch(/^Bcc:/im);
    expect(mail.indexOf('text/plain')).toBeLessThan(mail.indexOf('text/html'));
    expect(mail).not.toContain('<!channel>\r\n<b>');
  });

  test.skipIf(!certificate).each([
    { mode: 'starttls', tls: {} },
    { mode: 'tls', tls: { secure: true } },
  ])('$mode, with a certificate that is checked', async ({ mode, tls }) => {
    const { key, cert } = certificate!;
    const { port, received } = await fakeMail(null, { key, cert, ...tls });
    expect(await send('smtp', options(port, { tls: mode, host: 'localhost', ca: cert }))).toEqual({ outcome: 'sent' });
    expect(await send('smtp', options(port, { tls: mode, host: 'localhost' }))).toMatchObject({ outcome: 'retry' });
    expect(received).toHaveLength(1);
  });

  test('a remote server that offers no TLS gets no mail', async () => {
    const { port, received } = await fakeMail();
    const got = await send('smtp', options(port, { tls: 'starttls' }));
    expect(got).toMatchObject({ outcome: expect.stringMatching(/retry|permanent/) });
    expect(received).toHaveLength(0);
  });
});
