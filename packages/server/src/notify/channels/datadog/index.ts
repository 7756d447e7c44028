import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToDatadog } from './deliver.ts';
import { renderEvent } from './render.ts';

const SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'datadoghq.eu',
  'uk1.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const;

export const datadogOptions = z.strictObject({
  apiKey: secret(z.string().min(1).describe('API key of the organization (not an application key).')),
  site: z.enum(SITES).default('datadoghq.com').describe('Site of the organization.'),
  events: z
    .enum(['v2', 'v1'])
    .default('v2')
    .describe('v2: alerts of Event Management, at the host event-management-intake.SITE. v1: events, at api.SITE.'),
  metrics: z
    .boolean()
    .default(false)
    .describe(
      'Whether the values of the alerts are sent too, as the gauges leeway.alert.value and leeway.alert.firing.',
    ),
  tags: z.array(z.string()).default([]).describe('Further tags, such as env:prod.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of a proxy that stands for both hosts. Default: the hosts of the site.'),
});

export const datadogChannel = defineChannel({
  type: 'datadog',
  label: 'Datadog',
  description: 'Sends events that Datadog gathers by group, and the values as metrics if you like.',
  options: datadogOptions,
  preview: (message, options) => previewJson(renderEvent(message, options, Date.parse(message.at))),
  deliver: deliverToDatadog,
});
