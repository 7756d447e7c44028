import { Run } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Reason = z.object({ reason: z.string().min(1).max(2000).describe('Why, for the record.') });

/** Retraining runs: begin, follow, decide. */
export const runRoutes: RoutePlugin = (app, { ctx, retraining }) => {
  app.post(
    '/models/:model/retrain',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['runs'],
        summary: 'Begin a run by hand',
        params: z.object({ model: z.string() }),
        body: Reason,
        response: { 201: Run },
      },
    },
    async (request, reply) => {
      const model = modelOf(ctx, request.params.model);
      const run = await retraining.startRun({
        model: model.name,
        trigger: 'hand',
        reason: request.body.reason,
        key: `hand/${request.id}`,
        actor: actorOf(request),
      });
      return reply.code(201).send(run);
    },
  );

  app.get(
    '/runs',
    {
      config: { access: 'read' },
      schema: {
        tags: ['runs'],
        summary: 'Runs, newest first',
        querystring: z.object({ model: z.string().optional() }),
        response: { 200: z.object({ runs: z.array(Run) }) },
      },
    },
    async (request) => ({ runs: await retraining.listRuns(request.query) }),
  );

  app.get(
    '/runs/:id',
    {
      config: { access: 'read' },
      schema: { tags: ['runs'], summary: 'A run', params: z.object({ id: z.string() }), response: { 200: Run } },
    },
    async (request) => retraining.getRun(request.params.id),
  );

  for (const action of ['approve', 'reject', 'cancel'] as const) {
    app.post(
      `/runs/:id/${action}`,
      {
        config: { access: 'operate' },
        schema: {
          tags: ['runs'],
          summary: { approve: 'Promote the challenger', reject: 'Refuse the challenger', cancel: 'Stop a run' }[action],
          params: z.object({ id: z.string() }),
          body: Reason.extend({
            force: z.boolean().default(false).describe('Approve although the gates did not pass.'),
          }),
          response: { 200: Run },
        },
      },
      async (request) => {
        const given = { id: request.params.id, actor: actorOf(request), ...request.body };
        switch (action) {
          case 'approve':
            return retraining.approveRun(given);
          case 'reject':
            return retraining.rejectRun(given);
          case 'cancel':
            return retraining.cancelRun(given);
        }
      },
    );
  }
};
