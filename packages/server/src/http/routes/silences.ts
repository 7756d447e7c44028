import { Silence } from '@leeway/contract';
import { z } from 'zod';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

/** Silences: what is muted, until when, and by whom. */
export const silenceRoutes: RoutePlugin = (app, { alerting }) => {
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
};
