import { expect, test } from 'vitest';
import { makeCertificate, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { renderMail } from './render.ts';
import { mailOptions, startMail } from './testdata/kit.ts';

test.each([
  { at: 'auth' as const, code: 535, outcome: 'permanent', reason: 'auth' },
  { at: 'auth' as const, code: 454, outcome: 'retry', reason: 'auth' },
  { at: 'data' as const, code: 451, outcome: 'retry', reason: 'server' },
  { at: 'data' as const, code: 554, outcome: 'permanent', reason: 'rejected' },
])('refused at $at with $code: $outcome', async ({ at, code, outcome, reason }) => {
  const { origin } = await startMail({ at, code });
  const got = await trySend('smtp', mailOptions(origin));
  expect(got).toMatchObject({ outcome, reason });
  expect(JSON.stringify(got)).not.toContain('s3cr3t');
});

test('one receiver of two is refused: sent, and said', async () => {
  const { origin, received } = await startMail({ at: 'rcpt', code: 550 });
  const got = await trySend('smtp', mailOptions(origin, { to: ['ops@example.org', 'gone@example.org'] }));
  expect(got).toEqual({ outcome: 'sent', note: 'the mail server refused gone@example.org (550)' });
  expect(received).toHaveLength(1);
});

test('text first, then HTML; one thread; no header but ours', async () => {
  const { origin, received } = await startMail();
  await trySend('smtp', mailOptions(origin), messages.hostile);
  const mail = received[0]!;
  const [head = ''] = mail.split('\r\n\r\n');
  expect(head).toMatch(/^Message-ID: <dlv_test@example\.org>$/im);
  const thread = /^In-Reply-To: (<group-[0-9a-f]{32}@example\.org>)$/im.exec(head)?.[1];
  expect(thread).toBeDefined();
  expect(head).toContain(`References: ${thread}`);
  expect(head).not.toMatch(/^Bcc:/im);
  expect(mail.indexOf('text/plain')).toBeLessThan(mail.indexOf('text/html'));
  expect(mail).not.toContain('<!channel>\r\n<b>');
});

const certificate = makeCertificate();

test.skipIf(!certificate).each([
  { mode: 'starttls', tls: {} },
  { mode: 'tls', tls: { secure: true } },
])('$mode, with a certificate that is checked', async ({ mode, tls }) => {
  const { key, cert } = certificate!;
  const { origin, received } = await startMail(null, { key, cert, ...tls });
  const options = mailOptions(origin, { tls: mode, host: 'localhost' });
  expect(await trySend('smtp', { ...options, ca: cert })).toEqual({ outcome: 'sent' });
  expect(await trySend('smtp', options)).toMatchObject({ outcome: 'retry' });
  expect(received).toHaveLength(1);
});

test('a remote server that offers no TLS gets no mail', async () => {
  const { origin, received } = await startMail();
  const got = await trySend('smtp', mailOptions(origin, { tls: 'starttls' }));
  expect(got).toMatchObject({ outcome: expect.stringMatching(/retry|permanent/) });
  expect(received).toHaveLength(0);
});

test('nothing in the data is markup in a mail', () => {
  const mail = renderMail(messages.hostile, { from: 'leeway@example.org', deliveryId: 'dlv_1' });
  expect(mail.html).not.toMatch(/<b>|<!channel/);
  expect(mail.subject).not.toMatch(/[\r\n]/);
});
