import { createTransport } from 'nodemailer';
import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import { plain } from '../../format.ts';
import type { Message } from '../../message.ts';
import type { smtpOptions } from './index.ts';
import { renderMail } from './render.ts';

export async function deliverBySmtp(
  message: Message,
  options: z.infer<typeof smtpOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const { messageId, inReplyTo, ...mail } = renderMail(message, { from: options.from, deliveryId: io.deliveryId });
  const transport = createTransport({
    host: options.host,
    port: options.port,
    ...security(options),
    ...(options.ca && { tls: { ca: options.ca } }),
    ...(options.user && { auth: { user: options.user, pass: options.password ?? '' } }),
    connectionTimeout: io.timeoutMs,
    greetingTimeout: io.timeoutMs,
    socketTimeout: io.timeoutMs,
    dnsTimeout: io.timeoutMs,
  });
  try {
    const info = await transport.sendMail({
      ...mail,
      from: options.from,
      to: options.to,
      messageId,
      inReplyTo,
      references: inReplyTo,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    // Those who were accepted have it: sending again for the sake of the rest would give it to them twice.
    return info.rejected.length === 0
      ? { outcome: 'sent' }
      : { outcome: 'sent', note: `the mail server refused ${info.rejected.join(', ')}` };
  } catch (error) {
    return judge(error as SmtpError);
  } finally {
    transport.close();
  }
}

function security({ tls, host, port }: z.infer<typeof smtpOptions>) {
  const mode = tls ?? (port === 465 ? 'tls' : isLoopback(host) ? 'none' : 'starttls');
  return { secure: mode === 'tls', requireTLS: mode === 'starttls', ignoreTLS: mode === 'none' };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
}

/** A 5xx answer and a refused login are final; a 4xx answer and everything about the network may pass. */
function judge({ code, responseCode, message }: SmtpError): Outcome {
  const detail = plain(message, 240);
  if (code === 'ETIMEDOUT') return { outcome: 'retry', reason: 'deadline', detail };
  const final = responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    // 454 is "temporary authentication failure".
    return { outcome: responseCode !== undefined && !final ? 'retry' : 'permanent', reason: 'auth', detail };
  }
  if (responseCode !== undefined) {
    return final
      ? { outcome: 'permanent', reason: 'rejected', detail }
      : { outcome: 'retry', reason: 'server', detail };
  }
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return { outcome: 'permanent', reason: 'rejected', detail };
  return { outcome: 'retry', reason: 'network', detail };
}
