import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import type { WebhookBody } from '../notify/channels/webhook/render.ts';

/** A message that arrived. */
export interface Caught {
  by: 'webhook' | 'mail';
  subject: string;
  text: string;
}

/** Somebody to tell: a webhook that checks signatures, and a mail server that keeps what it is given. Both on loopback. */
export async function startReceivers(onCaught: (caught: Caught) => void) {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const webhook = new Webhook(secret);
  const caught: Caught[] = [];
  const keep = (message: Caught) => {
    caught.push(message);
    onCaught(message);
  };

  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      try {
        webhook.verify(body, request.headers as Record<string, string>);
      } catch {
        response.writeHead(401).end();
        return;
      }
      const { data } = JSON.parse(body) as WebhookBody;
      keep({ by: 'webhook', subject: data.subject, text: data.text });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready));

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        keep({ by: 'mail', subject: headerOf(text, 'subject'), text });
        done();
      });
    },
  });
  await new Promise<void>((ready) => smtp.listen(0, '127.0.0.1', ready));

  return {
    caught,
    env: {
      LEEWAY_DEMO_WEBHOOK_URL: `http://127.0.0.1:${(http.address() as AddressInfo).port}/alerts`,
      LEEWAY_DEMO_WEBHOOK_SECRET: secret,
      LEEWAY_DEMO_SMTP_PORT: String((smtp.server.address() as AddressInfo).port),
    },
    async close(): Promise<void> {
      await Promise.all([new Promise((done) => http.close(done)), new Promise<void>((done) => smtp.close(done))]);
    },
  };
}

/** A header of a mail, unfolded; encoded words are left as they are. */
function headerOf(mail: string, name: string): string {
  const found = new RegExp(`^${name}:((?:.*)(?:\r?\n[ \t].*)*)`, 'im').exec(mail)?.[1];
  return found?.replaceAll(/\r?\n[ \t]+/g, ' ').trim() ?? '';
}
