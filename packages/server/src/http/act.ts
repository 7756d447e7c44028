import { createHash } from 'node:crypto';
import { LeewayError } from '@leeway/contract';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Services } from '../app/services.ts';
import { ACT_STYLE, actNote, actPage } from './act-page.ts';
import { actRunPage } from './act-run-page.ts';

/** Requests in a minute by links of ours, all together. What is no link of ours is not counted: it would lock out those that are. */
const MOST_A_MINUTE = 120;

const STYLE_HASH = createHash('sha256').update(ACT_STYLE).digest('base64');

/** What a signed link in a message leads to: a page that says what will happen, and a button by which it happens, once. */
export async function installActions(app: FastifyInstance, { ctx, alerting, retraining }: Services): Promise<void> {
  let minute = 0;
  let asked = 0;
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 16_384 },
      async (_request: unknown, body: string) => new URLSearchParams(body),
    );
    const tooMany = () => {
      const now = Math.floor(ctx.clock.now() / 60_000);
      asked = now === minute ? asked + 1 : 1;
      minute = now;
      return asked > MOST_A_MINUTE;
    };
    const wait = (reply: FastifyReply) =>
      answer(reply.header('retry-after', '60'), 429, actNote('Too many requests', 'Try again in a minute.'));
    const options = { config: { access: 'link' as const }, schema: { hide: true } as never };

    scope.get<{ Params: { token: string } }>('/act/:token', options, async (request, reply) => {
      const { token } = request.params;
      const link = await alerting.readLink(token);
      if (typeof link !== 'string') return tooMany() ? wait(reply) : answer(reply, 200, actPage(link));
      const ofRun = link === 'invalid' ? await retraining.readLink(token) : link;
      if (typeof ofRun === 'string') return refuse(reply, ofRun);
      return tooMany() ? wait(reply) : answer(reply, 200, actRunPage(ofRun));
    });

    scope.post<{ Params: { token: string } }>('/act/:token', options, async (request, reply) => {
      const { token } = request.params;
      const link = await alerting.readLink(token);
      const ofRun = link === 'invalid' ? await retraining.readLink(token) : null;
      if (typeof link === 'string' && (ofRun === null || typeof ofRun === 'string'))
        return refuse(reply, ofRun ?? link);
      if (tooMany()) return wait(reply);
      const values = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      try {
        const comment = (values.get('comment') ?? '').trim().slice(0, 2_000);
        const result = ofRun
          ? await retraining.followLink(token, comment)
          : await alerting.followLink(token, {
              comment,
              silence: values.get('silence') === 'resolved' ? 'resolved' : '2h',
            });
        if (typeof result === 'string') return refuse(reply, result);
        const { done, at, actor, outcome } = result;
        const when = `${at.slice(0, 16).replace('T', ' ')} UTC`;
        return answer(
          reply,
          200,
          done
            ? actNote('Done', `The ${ofRun ? 'run' : 'alert'} is ${outcome}.`)
            : actNote('This was done already', `${outcome}, by ${actor}, at ${when}.`),
        );
      } catch (error) {
        if (!(error instanceof LeewayError) || error.status >= 500) throw error;
        return answer(reply, error.status, actNote('This can’t be done', error.detail));
      }
    });
  });
}

function answer(reply: FastifyReply, status: number, html: string) {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    )
    .send(html);
}

const refuse = (reply: FastifyReply, why: 'expired' | 'invalid') =>
  why === 'expired'
    ? answer(
        reply,
        410,
        actNote('This link has run out', 'Links in messages are good for seven days. Open the dashboard instead.'),
      )
    : answer(reply, 404, actNote('There is nothing here', 'The link is not whole, or not one of ours.'));
