import { KeptCard, Lesson, ModelCard, Runbook } from '@leeway/contract';
import { z } from 'zod';
import { cardHtml } from '../../cards/card-html.ts';
import { cardMarkdown } from '../../cards/card-markdown.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Version = z.object({ model: z.string(), version: z.string() });
const tags = ['cards'];

/** Model cards, runbooks, and what was learnt. */
export const cardRoutes: RoutePlugin = (app, { cards }) => {
  app.get(
    '/models/:model/versions/:version/card',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'The model card of a version, from the record as it is now',
        params: Version,
        response: { 200: ModelCard },
      },
    },
    async ({ params }) => cards.cardOf(params.model, params.version),
  );

  for (const [suffix, type, render] of [
    ['md', 'text/markdown; charset=utf-8', cardMarkdown],
    ['html', 'text/html; charset=utf-8', cardHtml],
  ] as const) {
    app.get(
      `/models/:model/versions/:version/card.${suffix}`,
      {
        config: { access: 'read' },
        schema: {
          tags,
          summary: `The same as ${suffix === 'md' ? 'Markdown, with metadata for the Hugging Face Hub' : 'a page'}`,
          params: Version,
        },
      },
      async ({ params }, reply) => reply.type(type).send(render(await cards.cardOf(params.model, params.version))),
    );
  }

  app.get(
    '/models/:model/versions/:version/cards',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'The cards that were kept when the version was registered, promoted or left, the newest first',
        params: Version,
        response: { 200: z.object({ cards: z.array(KeptCard) }) },
      },
    },
    async ({ params }) => ({ cards: await cards.keptCards(params.model, params.version) }),
  );

  app.get(
    '/models/:model/runbook',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'What to do when an alert fires, and what was learnt before',
        params: z.object({ model: z.string() }),
        querystring: z.object({ rule: z.string().optional() }),
        response: { 200: Runbook },
      },
    },
    async ({ params, query }) => cards.runbookOf(params.model, query.rule ?? null),
  );

  app.post(
    '/models/:model/lessons',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Write down what was learnt',
        params: z.object({ model: z.string() }),
        body: z.strictObject({
          text: z.string().min(1).max(20_000).describe('Markdown.'),
          rule: z.string().optional().describe('Rule that it is about. Default: the whole model.'),
          alert: z.string().optional().describe('Alert from which it was learnt.'),
          run: z.string().optional().describe('Run from which it was learnt.'),
        }),
        response: { 201: Lesson },
      },
    },
    async (request, reply) => {
      const { text, rule = null, alert = null, run = null } = request.body;
      const given = { model: request.params.model, actor: actorOf(request), text, rule, alert, run };
      return reply.code(201).send(await cards.addLesson(given));
    },
  );
};
