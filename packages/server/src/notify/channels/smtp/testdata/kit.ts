import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished } from 'vitest';
import type { Message } from '../../../message.ts';
import type { ChannelKit, Receiver } from '../../../testdata/channel-kit.ts';
import { renderMail } from '../render.ts';

const PASSWORD = 's3cr3t-password';

export const mailOptions = (origin: string, over: object = {}): Record<string, unknown> => ({
  host: '127.0.0.1',
  port: Number(new URL(origin || 'http://127.0.0.1:1').port),
  tls: 'none',
  user: 'leeway',
  password: PASSWORD,
  from: 'Leeway <leeway@example.org>',
  to: ['ops@example.org'],
  ...over,
});

export interface MailFake extends Receiver {
  /** The mails as they came, head and body. */
  received: string[];
}

/** A mail server that takes everything, or answers as told. */
export async function startMail(
  refuse: { at: 'auth' | 'rcpt' | 'data'; code: number } | null = null,
  tls: SMTPServerOptions = { hideSTARTTLS: true },
): Promise<MailFake> {
  const received: string[] = [];
  const failure = (text: string) => Object.assign(new Error(text), { responseCode: refuse?.code ?? 550 });
  const server = new SMTPServer({
    ...tls,
    allowInsecureAuth: true,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      refuse?.at === 'auth' || username !== 'leeway' || password !== PASSWORD
        ? done(failure(`no such login ${password}`))
        : done(null, { user: 'leeway' }),
    onRcptTo: ({ address }, _session, done) =>
      refuse?.at === 'rcpt' && address.startsWith('gone') ? done(failure('no such mailbox')) : done(),
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuse?.at === 'data') return done(failure('not now'));
        received.push(Buffer.concat(chunks).toString('utf8'));
        done();
      });
    },
  });
  server.on('error', () => {}); // a client that gives up is no error of the test
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close(() => {});
    // RFC 5322: no line of more than 998 characters.
    for (const mail of received) for (const line of mail.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });
  const { port } = server.server.address() as AddressInfo;
  const read = () => received.map((mail) => mail.replace(/=\r?\n/g, '').replaceAll('=3D', '=')).join('\n');
  return { origin: `http://127.0.0.1:${port}`, received, read };
}

const mail = (message: Message) => renderMail(message, { from: 'Leeway <leeway@example.org>', deliveryId: 'dlv_1' });

export const kits: ChannelKit[] = [
  {
    name: 'smtp',
    options: mailOptions,
    secrets: [PASSWORD, Buffer.from(`\u0000leeway\u0000${PASSWORD}`).toString('base64')],
    receiver: () => startMail(),
    golden: { txt: (message) => mail(message).text, html: (message) => mail(message).html },
  },
];
