import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToNtfy } from './deliver.ts';
import { renderNtfy } from './render.ts';

export const ntfyOptions = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://ntfy.sh')
      .describe('Address of the server.'),
    topic: secret(
      z
        .string()
        .regex(/^[-_A-Za-z0-9]{1,64}$/, 'expected 1 to 64 letters, digits, "-" or "_"')
        .describe('Topic. On a public server everybody who knows it can read it, so it is kept as a secret.'),
    ),
    token: secret(z.string().describe('Access token.')).optional(),
    user: z.string().optional().describe('User, in place of a token.'),
    password: secret(z.string().describe('Of that user.')).optional(),
  })
  .refine(({ user, token }) => user === undefined || token === undefined, {
    message: 'expected either user and password, or token',
    path: ['token'],
  });

export const ntfyChannel = defineChannel({
  type: 'ntfy',
  label: 'ntfy',
  description: 'Pushes to phones and browsers that have subscribed to a topic; the end replaces the notification.',
  options: ntfyOptions,
  preview: (message) => previewJson(renderNtfy(message)),
  deliver: deliverToNtfy,
});
