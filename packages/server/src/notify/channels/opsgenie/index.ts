import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToOpsgenie } from './deliver.ts';
import { renderOpsgenie } from './render.ts';

const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;

export const opsgenieOptions = z.strictObject({
  apiKey: secret(z.string().min(1).describe('Key of an API integration.')),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.opsgenie.com')
    .describe(
      'https://api.eu.opsgenie.com for accounts in the EU, https://api.atlassian.com/jsm/ops/integration for Jira Service Management.',
    ),
  responders: z
    .array(
      z.union([
        z.strictObject({ type: z.enum(['team', 'escalation', 'schedule']), name: z.string() }),
        z.strictObject({ type: z.literal('user'), username: z.string() }),
        z.strictObject({ type: z.enum(['team', 'user', 'escalation', 'schedule']), id: z.string() }),
      ]),
    )
    .max(50)
    .default([])
    .describe('Who is called, where the integration does not say it.'),
  tags: z.array(z.string().max(50)).max(20).default([]).describe('Added to each alert.'),
  priorities: z
    .strictObject({
      critical: z.enum(PRIORITIES).default('P1'),
      warning: z.enum(PRIORITIES).default('P3'),
      info: z.enum(PRIORITIES).default('P5'),
    })
    .prefault({})
    .describe('Priority of each severity.'),
});

export const opsgenieChannel = defineChannel({
  type: 'opsgenie',
  label: 'Opsgenie, Jira Service Management',
  description: 'Creates, updates, acknowledges and closes alerts. Opsgenie itself ends in April 2027.',
  options: opsgenieOptions,
  acknowledges: () => true,
  preview: (message, options) => previewJson(renderOpsgenie(message, options)),
  deliver: deliverToOpsgenie,
});
