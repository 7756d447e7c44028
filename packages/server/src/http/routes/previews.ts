import { ChannelConfig, MessagePreview } from '@leeway/contract';
import { z } from 'zod';
import type { RoutePlugin } from '../server.ts';

const Body = z.object({
  channel: z
    .union([z.string(), z.looseObject({ type: z.string() })])
    .describe('Name of a channel of the configuration, or a channel as the configuration would have it.'),
  alert: z.string().optional().describe('Id of an alert. Default: a sample.'),
  template: ChannelConfig.shape.template.describe("In place of the channel's own."),
});

/** Messages as they would be sent. */
export const previewRoutes: RoutePlugin = (app, { alerting }) => {
  app.post(
    '/channels/preview',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['channels'],
        summary: 'What a channel would send of an alert; nothing is sent',
        body: Body,
        response: { 200: MessagePreview },
      },
    },
    async (request) => alerting.previewMessage(request.body),
  );
};
