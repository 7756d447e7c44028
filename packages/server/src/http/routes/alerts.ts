import { Alert, AlertState, Delivery } from '@leeway/contract';
import { z } from 'zod';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

/** Alerts, and what was said of them and to whom. */
export const alertRoutes: RoutePlugin = (app, { alerting }) => {
  app.get(
    '/alerts',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Alerts, newest first',
        querystring: z.object({ model: z.string().optional(), state: AlertState.optional() }),
        response: { 200: z.object({ alerts: z.array(Alert) }) },
      },
    },
    async (request) => ({ alerts: await alerting.listAlerts(request.query) }),
  );

  app.get(
    '/alerts/:id',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'An alert with its history and messages',
        params: z.object({ id: z.string() }),
        response: {
          200: z.object({
            alert: Alert,
            history: z.array(z.object({ at: z.string(), from: z.string(), to: z.string(), why: z.string() })),
            deliveries: z.array(Delivery),
          }),
        },
      },
    },
    async (request) => alerting.getAlert(request.params.id),
  );

  app.post(
    '/alerts/:id/ack',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Say that someone has it in hand',
        params: z.object({ id: z.string() }),
        body: z.object({ comment: z.string().max(2000).default('') }),
        response: { 200: Alert },
      },
    },
    async (request) =>
      alerting.acknowledge({ id: request.params.id, actor: actorOf(request), note: request.body.comment }),
  );

  app.get(
    '/deliveries',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Messages, newest first',
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
        response: { 200: z.object({ deliveries: z.array(Delivery) }) },
      },
    },
    async (request) => ({ deliveries: await alerting.listDeliveries(request.query) }),
  );
};
