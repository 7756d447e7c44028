import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToApprise } from './deliver.ts';
import { renderApprise } from './render.ts';

export const appriseOptions = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Address of the Apprise API, such as http://apprise:8000.'),
    key: secret(
      z
        .string()
        .regex(/^[\w-]{1,128}$/, 'expected up to 128 letters, digits, "-" or "_"')
        .describe('Key of a configuration that is stored there.'),
    ).optional(),
    urls: secret(
      z
        .string()
        .min(1)
        .describe('Addresses of services as Apprise writes them, with spaces between, in place of a key.'),
    ).optional(),
    tag: z.string().optional().describe('Which services of the configuration: "a, b" is either, "a b" is both.'),
    user: z.string().optional().describe('User, where the API wants one.'),
    password: secret(z.string().describe('Of that user.')).optional(),
  })
  .refine(({ key, urls }) => (key === undefined) !== (urls === undefined), {
    message: 'expected either key or urls',
    path: ['key'],
  });

export const appriseChannel = defineChannel({
  type: 'apprise',
  label: 'Apprise',
  description: 'Hands over to an Apprise API, which knows about a hundred more services.',
  options: appriseOptions,
  preview: (message) => previewJson(renderApprise(message)),
  deliver: deliverToApprise,
});
