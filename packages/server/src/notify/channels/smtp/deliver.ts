import { isIP } from 'node:net';
import { createTransport, type SMTPSentMessageInfo } from 'nodemailer';
import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import { plain } from '../../format.ts';
import type { Message } from '../../message.ts';
import { CHART_CID } from './html.ts';
import type { smtpOptions } from './index.ts';
import { renderMail } from './render.ts';

type Options = z.infer<typeof smtpOptions>;

export async function deliverBySmtp(message: Message, options: Options, io: ChannelIo): Promise<Outcome> {
  const chart = message.alerts.length > 0 ? await io.chart() : null;
  const { messageId, inReplyTo, ...mail } = renderMail(message, {
    from: options.from,
    deliveryId: io.deliveryId,
    chart: chart?.alt ?? null,
  });
  // To the address that was checked; the certificate must still be that of the name.
  const addresses = await io.outbound.resolve(options.host);
  // One is tried; that of the older kind is reachable from more places.
  const address = addresses.find((one) => isIP(one) === 4) ?? addresses[0] ?? options.host;
  const transport = createTransport({
    host: address,
    port: options.port,
    ...security(options),
    tls: { ...(isIP(options.host) ? {} : { servername: options.host }), ...(options.ca && { ca: options.ca }) },
    ...(options.user && { auth: { user: options.user, pass: options.password ?? '' } }),
    connectionTimeout: io.timeoutMs,
    greetingTimeout: io.timeoutMs,
    socketTimeout: io.timeoutMs,
    dnsTimeout: io.timeoutMs,
    pool: false,
  });
  try {
    const info = await transport.sendMail({
      ...mail,
      ...(chart && {
        attachments: [{ filename: 'chart.png', content: chart.png, cid: CHART_CID, contentDisposition: 'inline' }],
      }),
      from: options.from,
      to: options.to,
      messageId,
      inReplyTo,
      references: inReplyTo,
      headers: {
        // No answer by a machine is wanted, and there is no list to leave: filters go by the other two.
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'X-Leeway-Status': message.status,
        'X-Leeway-Severity': message.severity,
      },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    // Those who were accepted have it: sending again for the sake of the rest would give it to them twice.
    return info.rejected.length === 0
      ? { outcome: 'sent' }
      : { outcome: 'sent', note: `the mail server refused ${refusedOf(info).join(', ')}` };
  } catch (error) {
    return judge(error as SmtpError);
  } finally {
    transport.close();
  }
}

function security({ tls, host, port }: Options) {
  const mode = tls ?? (port === 465 ? 'tls' : isLoopback(host) ? 'none' : 'starttls');
  return { secure: mode === 'tls', requireTLS: mode === 'starttls', ignoreTLS: mode === 'none' };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

/** "gone@example.org (550)" for each receiver that was not taken. */
function refusedOf({ rejected, rejectedErrors = [] }: SMTPSentMessageInfo): string[] {
  return rejected.map((receiver) => {
    const code = rejectedErrors.find(({ recipient }) => recipient === receiver)?.responseCode;
    return code === undefined ? String(receiver) : `${receiver} (${code})`;
  });
}

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
