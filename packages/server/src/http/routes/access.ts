import { LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { rotateSigningKeys } from '../../access/signed.ts';
import {
  closeSession,
  createLoginCode,
  createToken,
  listTokens,
  openSession,
  revokeToken,
} from '../../access/tokens.ts';
import { actorOf, SESSION_COOKIE } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Who = z.object({ actor: z.string(), role: z.string() });

/** Sessions of browsers and tokens of programs. */
export const accessRoutes: RoutePlugin = (app, { ctx }) => {
  app.post(
    '/session',
    {
      config: { access: 'public' },
      schema: {
        tags: ['access'],
        summary: 'Log in with the code of a login link, or with a token',
        body: z.object({ code: z.string().min(1).max(200) }),
        response: { 200: Who },
      },
    },
    async (request, reply) => {
      const opened = await openSession(ctx, request.body.code);
      if (!opened)
        throw new LeewayError(
          'unauthenticated',
          'the code is unknown, used up or out of date; `leeway token login` makes a new link',
        );
      reply.setCookie(SESSION_COOKIE, opened.session, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https',
        expires: new Date(opened.expiresAt),
      });
      return opened.caller;
    },
  );

  app.get(
    '/session',
    { config: { access: 'read' }, schema: { tags: ['access'], summary: 'Who is logged in', response: { 200: Who } } },
    async (request) => request.caller!,
  );

  app.delete(
    '/session',
    { config: { access: 'public' }, schema: { tags: ['access'], summary: 'Log out', response: { 204: z.null() } } },
    async (request, reply) => {
      const session = request.cookies[SESSION_COOKIE];
      if (session) await closeSession(ctx.store.db, session);
      reply.clearCookie(SESSION_COOKIE, { path: '/' });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/tokens',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Tokens, without their secrets',
        response: {
          200: z.object({
            tokens: z.array(
              z.object({
                id: z.string(),
                name: z.string(),
                role: z.string(),
                createdAt: z.string(),
                expiresAt: z.string().nullable(),
              }),
            ),
          }),
        },
      },
    },
    async () => ({ tokens: await listTokens(ctx.store.db) }),
  );

  app.post(
    '/tokens',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Make a token; it is shown this once',
        body: z.object({ name: z.string().min(1).max(100), role: z.string().default('service') }),
        response: { 201: z.object({ token: z.string() }) },
      },
    },
    async (request, reply) => reply.code(201).send({ token: await createToken(ctx, actorOf(request), request.body) }),
  );

  app.post(
    '/tokens/login',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Make a link that logs a browser in, once, within a day',
        response: { 201: z.object({ link: z.string() }) },
      },
    },
    async (_request, reply) => reply.code(201).send({ link: `${ctx.publicUrl()}/login#${await createLoginCode(ctx)}` }),
  );

  app.delete(
    '/tokens/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Revoke a token',
        params: z.object({ id: z.string() }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await revokeToken(ctx, actorOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/links/rotate',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['access'],
        summary: 'Make a new key for the signed links in messages and forms',
        body: z.object({
          forget: z.boolean().default(false).describe('Whether links that are out stop to work at once.'),
        }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { forget } = request.body;
      await ctx.store.db.transaction().execute(async (tx) => {
        await rotateSigningKeys(tx, { forget });
        await ctx.audit.append(tx, actorOf(request), 'links.rotate', 'signing keys', { forget });
      });
      return reply.code(204).send(null);
    },
  );
};
