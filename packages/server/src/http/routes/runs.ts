import { RetrainingStatus, Run } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Reason = z.object({ reason: z.string().min(1).max(2000).describe('Why, for the record.') });
const Comment = z.object({
  reason: z.string().max(2000).default('').describe('Why, for the record; needed where the policy asks for a comment.'),
});
const ACTIONS = {
  start: 'Start a run that was suggested',
  approve: 'Promote the challenger',
  reject: 'Refuse the challenger',
  cancel: 'Stop a run, or turn a suggestion down',
} as const;

/** Retraining runs: begin, follow, decide. */
export const runRoutes: RoutePlugin = (app, { ctx, retraining }) => {
  app.post(
    '/models/:model/retrain',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['runs'],
        summary: 'Begin a run by hand, or ask for one from a program',
        params: z.object({ model: z.string() }),
        headers: z.object({
          'idempotency-key': z
            .string()
            .max(200)
            .optional()
            .describe('The same key a second time gives the run that it began.'),
        }),
        body: Reason.extend({
          params: z
            .record(z.string(), z.unknown())
            .default({})
            .describe('Parameters for the trainer; they go before those of the configuration.'),
          trigger: z
            .enum(['hand', 'api'])
            .default('hand')
            .describe(
              'hand: a person asks, and passes over what holds back what begins by itself; api: a program asks.',
            ),
        }),
        response: { 201: Run },
      },
    },
    async (request, reply) => {
      const model = modelOf(ctx, request.params.model);
      const { trigger, reason, params } = request.body;
      const given = request.headers['idempotency-key'];
      const key = given === undefined ? `${trigger}/${request.id}` : `${trigger}/key/${given}`;
      const run = await retraining.startRun({
        model: model.name,
        trigger,
        reason,
        params,
        key,
        actor: actorOf(request),
      });
      return reply.code(201).send(run);
    },
  );

  app.get(
    '/models/:model/retraining',
    {
      config: { access: 'read' },
      schema: {
        tags: ['runs'],
        summary: 'What would happen now, and why not: triggers, guards, last runs',
        params: z.object({ model: z.string() }),
        response: { 200: RetrainingStatus },
      },
    },
    async (request) => retraining.previewRun(modelOf(ctx, request.params.model).name),
  );

  app.post(
    '/models/:model/retraining/close-breaker',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['runs'],
        summary: 'Close the circuit breaker: runs that failed until now count no more',
        params: z.object({ model: z.string() }),
        body: Reason,
        response: { 200: RetrainingStatus },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model).name;
      await retraining.closeBreaker({ model, actor: actorOf(request), reason: request.body.reason });
      return retraining.previewRun(model);
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

  for (const action of ['start', 'approve', 'reject', 'cancel'] as const) {
    app.post(
      `/runs/:id/${action}`,
      {
        config: { access: 'operate' },
        schema: {
          tags: ['runs'],
          summary: ACTIONS[action],
          params: z.object({ id: z.string() }),
          body: Comment.extend({
            force: z.boolean().default(false).describe('Approve although the gates did not pass.'),
          }),
          response: { 200: Run },
        },
      },
      async (request) => {
        const given = {
          ...{ id: request.params.id, actor: actorOf(request), role: request.caller?.role },
          ...request.body,
        };
        switch (action) {
          case 'start':
            return retraining.startSuggested(given);
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
