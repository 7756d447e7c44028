import { ChannelHealth, Delivery } from '@leeway/contract';
import { z } from 'zod';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Name = z.object({ name: z.string() });
const Id = z.object({ id: z.string() });

/** Channels and how they are; the messages that went there, and those that did not. */
export const channelRoutes: RoutePlugin = (app, { alerting }) => {
  app.get(
    '/channels',
    {
      config: { access: 'read' },
      schema: {
        tags: ['channels'],
        summary: 'Channels and how they are',
        response: { 200: z.object({ channels: z.array(ChannelHealth) }) },
      },
    },
    async () => ({ channels: await alerting.listChannels() }),
  );

  app.post(
    '/channels/:name/test',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['channels'],
        summary: 'Send a test message the way that alerts go; answers when it is known how that went',
        params: Name,
        response: { 200: Delivery },
      },
    },
    async (request) => alerting.testChannel({ name: request.params.name, actor: actorOf(request) }),
  );

  app.post(
    '/channels/:name/enable',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['channels'],
        summary: 'Use a disabled or paused channel again',
        params: Name,
        response: { 200: ChannelHealth },
      },
    },
    async (request) => alerting.enableChannel({ name: request.params.name, actor: actorOf(request) }),
  );

  app.post(
    '/channels/:name/retry',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['channels'],
        summary: 'Send the failed messages of a channel once more, oldest first, at most 500 at once',
        params: Name,
        response: { 200: z.object({ retried: z.array(z.string()) }) },
      },
    },
    async (request) => ({
      retried: await alerting.retryDeliveries({ channel: request.params.name, actor: actorOf(request) }),
    }),
  );

  app.get(
    '/deliveries',
    {
      config: { access: 'read' },
      schema: {
        tags: ['channels'],
        summary: 'Messages, newest first',
        querystring: z.object({
          channel: z.string().optional(),
          state: Delivery.shape.state.optional(),
          alert: z.string().optional().describe('Those that tell of this alert.'),
          cursor: z.string().optional().describe('`next` of the page before.'),
          limit: z.coerce.number().int().min(1).max(1000).default(200),
        }),
        response: { 200: z.object({ deliveries: z.array(Delivery), next: z.string().nullable() }) },
      },
    },
    async (request) => alerting.pageDeliveries(request.query),
  );

  app.get(
    '/deliveries/:id',
    {
      config: { access: 'read' },
      schema: { tags: ['channels'], summary: 'A message', params: Id, response: { 200: Delivery } },
    },
    async (request) => alerting.getDelivery(request.params.id),
  );

  app.post(
    '/deliveries/:id/retry',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['channels'],
        summary: 'Send a failed message once more',
        params: Id,
        response: { 200: Delivery },
      },
    },
    async (request) => {
      await alerting.retryDeliveries({ id: request.params.id, actor: actorOf(request) });
      return alerting.getDelivery(request.params.id);
    },
  );

  app.post(
    '/deliveries/:id/approve',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['channels'],
        summary: 'Send a message that everybody will see, and that waited for a person',
        params: Id,
        response: { 200: Delivery },
      },
    },
    async (request) => {
      await alerting.approveDelivery({ id: request.params.id, actor: actorOf(request) });
      return alerting.getDelivery(request.params.id);
    },
  );
};
