import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { mailOptions } from './testdata/kit.ts';

interface Settings {
  starttls: number;
  tls: number;
  user: string;
  password: string;
  ca: string;
  mailbox: string;
}

// Exim, which scripts/mail-server.mjs starts and scripts/test.mjs names; without it these are skipped.
const folder = process.env['LEEWAY_TEST_MAIL'];
const settings = folder ? (JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as Settings) : null;

/** The mail with this id, as the server has put it into the mailbox. */
function delivered(id: string): string {
  const inbox = join(settings!.mailbox, 'new');
  const mail = readdirSync(inbox)
    .map((name) => readFileSync(join(inbox, name), 'utf8'))
    .find((text) => text.includes(`Message-ID: <${id}@example.org>`));
  if (mail === undefined) throw new Error(`no mail ${id} among ${readdirSync(inbox).length}`);
  return mail;
}

const send = (mode: 'starttls' | 'tls', id: string, over: object = {}) => {
  const { user, password, ca } = settings!;
  const options = { host: 'localhost', port: settings![mode], tls: mode, user, password, ca: readFileSync(ca, 'utf8') };
  const chart = async () => ({
    png: Buffer.from('89504e470d0a1a0a', 'hex'),
    alt: 'roc_auc over 30 windows',
    url: null,
  });
  return trySend('smtp', mailOptions('', { ...options, ...over }), messages.full, { deliveryId: id, chart });
};

test.skipIf(!settings).each(['starttls', 'tls'] as const)('a real mail server takes a mail over %s', async (mode) => {
  const to = ['ops@example.org', 'gone@example.org'];
  const outcome = await send(mode, `dlv_${mode}`, { to });
  expect(outcome).toEqual({ outcome: 'sent', note: 'the mail server refused gone@example.org (550)' });
  const mail = await vi.waitFor(() => delivered(`dlv_${mode}`), { timeout: 10_000 });
  expect(mail).toMatch(/^\tby mail\.example\.org with esmtpsa\s+\(TLS1\.[23]\)/m);
  expect(mail).toMatch(/^References: <group-[0-9a-f]{32}@example\.org>$/m);
  expect(mail).toMatch(/^Auto-Submitted: auto-generated$/m);
  expect(mail).toContain('Content-ID: <chart@leeway>');
});

test.skipIf(!settings)('a real mail server refuses a wrong login for good', async () => {
  const outcome = await send('starttls', 'dlv_login', { password: 'wr0ng-password' });
  expect(outcome).toMatchObject({ outcome: 'permanent', reason: 'auth' });
  expect(JSON.stringify(outcome)).not.toContain('wr0ng');
});

test.skipIf(!settings)('a real mail server whose certificate nobody vouches for gets no mail', async () => {
  expect(await send('tls', 'dlv_cert', { ca: undefined })).toMatchObject({ outcome: 'retry', reason: 'network' });
});
