import { Duration } from '@leeway/contract';
import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToAlertmanager } from './deliver.ts';
import { renderAlerts } from './render.ts';

export const alertmanagerOptions = z
  .strictObject({
    urls: z
      .array(z.url({ protocol: /^https?$/ }))
      .min(1)
      .describe('Address of each member of the cluster, such as http://alertmanager:9093. All of them are told.'),
    labels: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected letters, digits and "_"'), z.string())
      .default({})
      .describe('Further labels of each alert. Its own labels win.'),
    expiresAfter: Duration.default('7d').describe(
      'When Alertmanager may take an alert for resolved if Leeway says nothing more of it. Longer than twice the repeatInterval.',
    ),
    user: z.string().optional().describe('User, where a proxy wants one.'),
    password: secret(z.string().describe('Of that user.')).optional(),
    token: secret(z.string().describe('Bearer token, where a proxy wants one.')).optional(),
  })
  .refine(({ user, token }) => user === undefined || token === undefined, {
    message: 'expected either user and password, or token',
    path: ['token'],
  });

export const alertmanagerChannel = defineChannel({
  type: 'alertmanager',
  label: 'Prometheus Alertmanager',
  description: 'Pushes each alert to Alertmanager (API v2), which groups and routes it further.',
  options: alertmanagerOptions,
  preview: (message, options) => previewJson(renderAlerts(message, options, Date.parse(message.at)).alerts),
  deliver: deliverToAlertmanager,
});
