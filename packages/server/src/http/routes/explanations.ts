import { ExplainRequest, Explanation, VersionExplanation } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { versionExplanation } from '../../explanations/version-explanation.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

/** Why a model says what it says. */
export const explanationRoutes: RoutePlugin = (app, { ctx, explanations }) => {
  app.post(
    '/models/:model/explain',
    {
      config: { access: 'read' },
      schema: {
        tags: ['explanations'],
        summary: 'Explain one prediction',
        description: 'By the id of a recorded prediction, or by a row. Nothing is recorded.',
        params: z.object({ model: z.string() }),
        body: ExplainRequest,
        response: { 200: Explanation },
      },
    },
    async (request) => explanations.explain(actorOf(request), request.params.model, request.body),
  );

  app.get(
    '/models/:model/versions/:version/explanation',
    {
      config: { access: 'read' },
      schema: {
        tags: ['explanations'],
        summary: 'What a version goes by, over held-out rows',
        params: z.object({ model: z.string(), version: z.string() }),
        response: { 200: VersionExplanation },
      },
    },
    async (request) =>
      versionExplanation(ctx.store.db, modelOf(ctx, request.params.model).name, request.params.version),
  );
};
