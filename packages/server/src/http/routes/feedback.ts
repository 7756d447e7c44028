import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { feedbackLinks } from '../../feedback/links.ts';
import { iso } from '../../platform/clock.ts';
import type { RoutePlugin } from '../server.ts';

/** What people said of predictions, and the links by which they are asked. It comes in by POST, with predictions and labels. */
export const feedbackRoutes: RoutePlugin = (app, { ctx }) => {
  app.post(
    '/models/:model/feedback-links',
    {
      config: { access: 'ingest' },
      schema: {
        tags: ['ingest'],
        summary: 'Links to the feedback form, one for each prediction',
        params: z.object({ model: z.string() }),
        body: z.object({ ids: z.array(z.string().min(1).max(512)).min(1).max(1000) }),
        response: {
          200: z.object({ links: z.array(z.object({ id: z.string(), url: z.string(), expiresAt: z.string() })) }),
        },
      },
    },
    async (request) => {
      const links = await feedbackLinks(ctx, modelOf(ctx, request.params.model), request.body.ids);
      return { links: links.map((link) => ({ ...link, expiresAt: iso(link.expiresAt) })) };
    },
  );

  app.get(
    '/models/:model/feedback',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'Feedback, newest first',
        params: z.object({ model: z.string() }),
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
        response: {
          200: z.object({
            feedback: z.array(
              z.object({
                id: z.string(),
                prediction: z.string(),
                time: z.string(),
                rating: z.number().nullable(),
                correction: z.string().nullable(),
                comment: z.string(),
                answers: z.record(z.string(), z.string()),
                source: z.string(),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { name } = modelOf(ctx, request.params.model);
      const feedback = await ctx.warehouse.query<{
        id: string;
        prediction: string;
        time: string;
        rating: number | null;
        correction: string | null;
        comment: string;
        answers: Record<string, string>;
        source: string;
      }>(
        `SELECT id, prediction, time, rating, correction, comment, answers, source FROM feedback FINAL
         WHERE model = {model:String} ORDER BY time DESC, id LIMIT {limit:UInt32}`,
        { model: name, limit: request.query.limit },
        'feedback',
      );
      return { feedback };
    },
  );
};
