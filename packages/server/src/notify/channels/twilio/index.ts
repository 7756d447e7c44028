import { z } from 'zod';
import { defineChannel } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverByTwilio } from './deliver.ts';
import { renderSms } from './render.ts';

const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number such as +4915112345678 (E.164)');

export const twilioOptions = z
  .strictObject({
    accountSid: z
      .string()
      .regex(/^AC[0-9a-f]{32}$/, 'expected "AC" and 32 hexadecimal digits')
      .describe('Account SID.'),
    apiKeySid: z
      .string()
      .regex(/^SK[0-9a-f]{32}$/, 'expected "SK" and 32 hexadecimal digits')
      .optional()
      .describe('SID of an API key; `token` is then its secret.'),
    token: secret(z.string().min(1).describe('Auth token of the account, or the secret of the API key.')),
    from: z
      .string()
      .regex(
        /^(\+[1-9]\d{1,14}|[A-Za-z0-9 ]{1,11})$/,
        'expected a number such as +15551234567, or up to 11 letters and digits',
      )
      .optional()
      .describe('Number or name that it comes from.'),
    messagingServiceSid: z
      .string()
      .regex(/^MG[0-9a-f]{32}$/, 'expected "MG" and 32 hexadecimal digits')
      .optional()
      .describe('Messaging service, in place of `from`.'),
    to: z.array(phone).min(1).describe('Receivers.'),
    segments: z.coerce
      .number()
      .int()
      .min(1)
      .max(10)
      .default(1)
      .describe(
        'Parts that a message may have; each is paid for. One part has 160 characters, or 70 if any is not in GSM 7.',
      ),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://api.twilio.com')
      .describe('Address of the API.'),
  })
  .refine(({ from, messagingServiceSid }) => (from === undefined) !== (messagingServiceSid === undefined), {
    message: 'expected either from or messagingServiceSid',
    path: ['from'],
  });

export const twilioChannel = defineChannel({
  type: 'twilio',
  label: 'SMS (Twilio)',
  description: 'Sends a short message: what is wrong, how much more there is, and a link.',
  options: twilioOptions,
  preview: (message, { segments }) => ({ contentType: 'text/plain', body: renderSms(message, segments) }),
  deliver: deliverByTwilio,
});
