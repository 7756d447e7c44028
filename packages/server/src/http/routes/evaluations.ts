import { RunEvaluation } from '@leeway/contract';
import { z } from 'zod';
import { evaluationOf } from '../../retraining/evaluations.ts';
import { evaluationHtml, evaluationMarkdown } from '../../retraining/report/render-evaluation.ts';
import type { RoutePlugin } from '../server.ts';

const Params = z.object({ id: z.string() });
const tags = ['runs'];

/** What the verdict on a run's challenger rests on. */
export const evaluationRoutes: RoutePlugin = (app, { ctx }) => {
  const { db } = ctx.store;

  app.get(
    '/runs/:id/evaluation',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'The evidence on a challenger',
        description: 'As it was kept when the gates were judged; the header `x-content-sha256` is its hash.',
        params: Params,
        response: { 200: RunEvaluation },
      },
    },
    async (request, reply) => {
      const { hash, evaluation } = await evaluationOf(db, request.params.id);
      reply.header('x-content-sha256', hash);
      return evaluation;
    },
  );

  app.get(
    '/runs/:id/evaluation.html',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'The evidence on a challenger, as a page', params: Params },
    },
    async (request, reply) => {
      const { hash, evaluation } = await evaluationOf(db, request.params.id);
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .send(evaluationHtml(evaluation, hash));
    },
  );

  app.get(
    '/runs/:id/evaluation.md',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'The evidence on a challenger, as Markdown', params: Params },
    },
    async (request, reply) => {
      const { hash, evaluation } = await evaluationOf(db, request.params.id);
      return reply.type('text/markdown; charset=utf-8').send(evaluationMarkdown(evaluation, hash));
    },
  );
};
