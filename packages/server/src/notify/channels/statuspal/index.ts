import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToStatuspal } from './deliver.ts';
import { isNews, renderIncident } from './render.ts';

export const statuspalOptions = z.strictObject({
  apiKey: secret(z.string().min(1).describe('API key of the organization.')),
  subdomain: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'expected letters, digits, "-" or "_"')
    .describe('Subdomain of the status page.'),
  region: z.enum(['us', 'eu']).default('us').describe('us: statuspal.io, eu: statuspal.eu.'),
  services: z.array(z.int()).min(1).describe('Ids of the services that an incident is about.'),
  type: z
    .enum(['major', 'minor'])
    .optional()
    .describe('Kind of the incident. Default: major if an alert is critical, else minor.'),
  publish: z
    .enum(['approval', 'always'])
    .default('approval')
    .describe('approval: an incident waits until a person approves it, since everybody sees it. always: it does not.'),
  notify: z.boolean().default(false).describe('Whether the subscribers of the page are told too.'),
  title: z.string().min(1).max(200).default('Degraded predictions').describe('Title of the incident.'),
  text: z
    .string()
    .min(1)
    .default('We see a problem with our predictions and are looking into it.')
    .describe('What the page says at the beginning.'),
  resolvedText: z.string().min(1).default('The problem is resolved.').describe('What the page says at the end.'),
  details: z
    .boolean()
    .default(false)
    .describe('Whether the page shows the alerts with their models, numbers and links too. Everybody sees them.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the API. Default: that of the region.'),
});

export const statuspalChannel = defineChannel({
  type: 'statuspal',
  label: 'Statuspal',
  description: 'Opens an incident on a public status page, after a person has approved it, and ends it.',
  options: statuspalOptions,
  needsApproval: (message, options, receipt) => options.publish === 'approval' && isNews(message, options, receipt),
  preview: (message, options) => previewJson(renderIncident(message, options)),
  deliver: deliverToStatuspal,
});
