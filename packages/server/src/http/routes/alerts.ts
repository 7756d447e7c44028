import { Alert, AlertState, Delivery, Silence } from '@leeway/contract';
import { z } from 'zod';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

/** Alerts, what was said of them and to whom, and silences. */
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
    '/silences',
    {
      config: { access: 'read' },
      schema: { tags: ['alerts'], summary: 'Silences', response: { 200: z.object({ silences: z.array(Silence) }) } },
    },
    async () => ({ silences: await alerting.listSilences() }),
  );

  app.post(
    '/silences',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Mute the alerts whose labels match',
        body: z.object({
          matchers: z
            .record(z.string(), z.string())
            .refine((matchers) => Object.keys(matchers).length > 0, 'needs at least one label'),
          startsAt: z.iso.datetime().optional(),
          endsAt: z.iso.datetime(),
          comment: z.string().min(1).max(2000),
        }),
        response: { 201: Silence },
      },
    },
    async (request, reply) => {
      const { startsAt, endsAt, ...rest } = request.body;
      const silence = await alerting.createSilence({
        ...rest,
        ...(startsAt === undefined ? {} : { startsAt: Date.parse(startsAt) }),
        endsAt: Date.parse(endsAt),
        actor: actorOf(request),
      });
      return reply.code(201).send(silence);
    },
  );

  app.delete(
    '/silences/:id',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'End a silence',
        params: z.object({ id: z.string() }),
        response: { 200: Silence },
      },
    },
    async (request) => alerting.expireSilence({ id: request.params.id, actor: actorOf(request) }),
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
