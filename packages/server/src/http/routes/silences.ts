import { Duration, Matchers, Silence } from '@leeway/contract';
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
          matchers: Matchers,
          kind: z.enum(['silence', 'maintenance']).default('silence'),
          startsAt: z.iso.datetime().optional(),
          endsAt: z.iso.datetime().optional().describe('May be left out with untilResolved: 90 days at most.'),
          untilResolved: z.boolean().default(false).describe('Ends when the last alert that matched is over.'),
          expireWhenIdle: Duration.optional().describe('Ends when nothing has matched for so long.'),
          tellStart: z.boolean().default(false),
          tellEnd: z.boolean().default(true),
          comment: z.string().min(1).max(2000),
        }),
        response: { 201: Silence },
      },
    },
    async (request, reply) => {
      const { startsAt, endsAt, expireWhenIdle, ...rest } = request.body;
      const silence = await alerting.createSilence({
        ...rest,
        ...(expireWhenIdle === undefined ? {} : { expireWhenIdle }),
        ...(startsAt === undefined ? {} : { startsAt: Date.parse(startsAt) }),
        ...(endsAt === undefined ? {} : { endsAt: Date.parse(endsAt) }),
        actor: actorOf(request),
      });
      return reply.code(201).send(silence);
    },
  );

  app.patch(
    '/silences/:id',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Move the end of a silence',
        params: z.object({ id: z.string() }),
        body: z.strictObject({ endsAt: z.iso.datetime() }),
        response: { 200: Silence },
      },
    },
    async (request) =>
      alerting.changeSilence({
        id: request.params.id,
        endsAt: Date.parse(request.body.endsAt),
        actor: actorOf(request),
      }),
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
