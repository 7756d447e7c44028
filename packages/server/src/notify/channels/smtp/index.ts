import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverBySmtp } from './deliver.ts';
import { renderMail } from './render.ts';

export const smtpOptions = z.strictObject({
  host: z.string().describe('Mail server.'),
  port: z.coerce.number().int().min(1).max(65535).default(587).describe('587 with starttls, 465 with tls.'),
  tls: z
    .enum(['starttls', 'tls', 'none'])
    .optional()
    .describe('Default: tls on port 465, else starttls, which the server must then offer; none on this machine.'),
  ca: z
    .string()
    .optional()
    .describe('Certificate (PEM) of your own authority, where the server has one of its own making.'),
  user: z.string().optional(),
  password: secret(z.string()).optional(),
  from: z.string().describe('Sender, such as "Leeway <leeway@example.org>".'),
  to: z.array(z.string()).min(1).describe('Receivers.'),
});

export const smtpChannel = defineChannel({
  type: 'smtp',
  label: 'Email',
  description: 'Sends mail over SMTP; the messages of a group make one thread.',
  options: smtpOptions,
  preview(message, { from }) {
    const { subject, html } = renderMail(message, { from, deliveryId: 'preview' });
    return { contentType: 'text/html', subject, body: html };
  },
  deliver: deliverBySmtp,
});
