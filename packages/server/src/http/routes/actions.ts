import { Action, ActionState } from '@leeway/contract';
import { z } from 'zod';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

/** What alerts do by themselves, and what a person says to it. */
export const actionRoutes: RoutePlugin = (app, { actions }) => {
  app.get(
    '/actions',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Actions of alerts, newest first',
        querystring: z.object({
          model: z.string().optional(),
          alert: z.string().optional(),
          state: ActionState.optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(200),
        }),
        response: { 200: z.object({ actions: z.array(Action) }) },
      },
    },
    async (request) => ({ actions: await actions.list(request.query) }),
  );

  app.get(
    '/actions/:id',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'One action',
        params: z.object({ id: z.string() }),
        response: { 200: Action },
      },
    },
    async (request) => actions.get(request.params.id),
  );

  app.post(
    '/actions/:id/approve',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Say yes to an action, or have an uncertain one tried again',
        params: z.object({ id: z.string() }),
        response: { 200: Action },
      },
    },
    async (request) => actions.approve({ id: request.params.id, actor: actorOf(request) }),
  );

  app.post(
    '/actions/:id/reject',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Say no to an action',
        params: z.object({ id: z.string() }),
        body: z.object({ reason: z.string().max(2000).default('') }),
        response: { 200: Action },
      },
    },
    async (request) => actions.reject({ id: request.params.id, actor: actorOf(request), reason: request.body.reason }),
  );
};
