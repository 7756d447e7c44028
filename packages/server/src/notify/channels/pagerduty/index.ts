import { z } from 'zod';
import { defineChannel, previewJson } from '../../channel.ts';
import { secret } from '../../secret.ts';
import { deliverToPagerDuty } from './deliver.ts';
import { renderPagerDuty } from './render.ts';

export const pagerDutyOptions = z.strictObject({
  routingKey: secret(
    z
      .string()
      .regex(/^[A-Za-z0-9]{32}$/, 'expected the 32 letters and digits of an integration key')
      .describe('Integration key of a service ("Events API V2").'),
  ),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://events.pagerduty.com')
    .describe('Where events go; https://events.eu.pagerduty.com for accounts in the EU.'),
  incidents: z
    .enum(['group', 'alert'])
    .default('group')
    .describe('One incident for a group of alerts, which resolves with the last of them; or one for each alert.'),
});

export const pagerDutyChannel = defineChannel({
  type: 'pagerduty',
  label: 'PagerDuty',
  description: 'Triggers, acknowledges and resolves incidents by the Events API v2.',
  options: pagerDutyOptions,
  acknowledges: () => true,
  preview(message, { incidents }) {
    const bodies = renderPagerDuty(message, { incidents }).map((event) => ({ routing_key: '[secret]', ...event }));
    return previewJson(bodies.length === 1 ? bodies[0] : bodies);
  },
  deliver: deliverToPagerDuty,
});
