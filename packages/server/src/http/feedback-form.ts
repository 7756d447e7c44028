import { createHash } from 'node:crypto';
import type { ModelConfig } from '@leeway/contract';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Services } from '../app/services.ts';
import { FORM_STYLE, feedbackForm, feedbackNote, feedbackRow } from '../feedback/form-page.ts';
import { readFeedbackLink } from '../feedback/links.ts';

const STYLE_HASH = createHash('sha256').update(FORM_STYLE).digest('base64');

/** The form behind a signed link. Whoever has the link may answer; a second answer by the same link takes the first one's place. */
export async function installFeedbackForm(app: FastifyInstance, { ctx, ingest }: Services): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 131_072 },
      async (_request: unknown, body: string) => new URLSearchParams(body),
    );
    const options = { config: { access: 'public' as const }, schema: { hide: true } as never };

    scope.get<{ Params: { token: string } }>('/feedback/:token', options, async (request, reply) => {
      const link = await readFeedbackLink(ctx, request.params.token);
      return typeof link === 'string' ? refuse(reply, link) : answer(reply, link.model, 200, feedbackForm(link.model));
    });

    scope.post<{ Params: { token: string } }>('/feedback/:token', options, async (request, reply) => {
      const link = await readFeedbackLink(ctx, request.params.token);
      if (typeof link === 'string') return refuse(reply, link);
      const { model, id } = link;
      const values = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const { rejected } = await ingest.feedback(model.name, [
        {
          ...feedbackRow(values, model.feedback, model.task === 'regression'),
          [model.columns.id]: id,
          feedback_id: `form:${createHash('sha256').update(request.params.token).digest('hex').slice(0, 24)}`,
          source: 'form',
        },
      ]);
      const [mistake] = rejected;
      return mistake
        ? answer(reply, model, 422, feedbackForm(model, { mistake: mistake.message, values }))
        : answer(reply, model, 200, feedbackNote(model.feedback.form.thanks));
    });
  });
}

function answer(reply: FastifyReply, model: ModelConfig | null, status: number, html: string) {
  const embed = model?.feedback.form.embed.map((origin) => new URL(origin).origin) ?? [];
  const ancestors = embed.length === 0 ? "'none'" : embed.join(' ');
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors ${ancestors}`,
    )
    .send(html);
}

const refuse = (reply: FastifyReply, why: 'expired' | 'invalid') =>
  why === 'expired'
    ? answer(reply, null, 410, feedbackNote('This link has run out', 'Ask for a new one where you got it.'))
    : answer(reply, null, 404, feedbackNote('There is nothing here', 'The link is not whole, or not one of ours.'));
