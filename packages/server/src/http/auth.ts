import { LeewayError } from '@leeway/contract';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { type Access, mayDo } from '../access/roles.ts';
import { type Caller, callerOf } from '../access/tokens.ts';
import type { Context } from '../context.ts';
import { trainingOfToken } from '../retraining/training-token.ts';

export const SESSION_COOKIE = 'leeway_session';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route. Every route must say so. */
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** Refuses every call that its route does not allow, and every route that does not say whom it allows. */
export function installAuth(app: FastifyInstance, ctx: Context): void {
  const { db } = ctx.store;
  app.decorateRequest('caller', null);
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onReady', async () => {
    const open = routes.find((route) => !route.config?.access);
    if (open) throw new Error(`the route ${String(open.method)} ${open.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access ?? 'admin';
    if (access === 'public' || access === 'link' || request.is404) return;
    const token = tokenOf(request);
    if (access === 'training') return checkTraining(ctx, request, token);
    const caller = token === undefined ? null : await callerOf(db, token);
    if (!caller)
      throw new LeewayError(
        'unauthenticated',
        token === undefined ? 'no token came' : 'the token is unknown or has run out',
      );
    if (!mayDo(caller.role, access))
      throw new LeewayError('forbidden', `this needs "${access}", and the token "${caller.actor}" is a ${caller.role}`);
    request.caller = caller;
  });
}

/** The token must be that of the training in the address: with it a trainer reads and says nothing of others. */
async function checkTraining(ctx: Context, request: FastifyRequest, token: string | undefined): Promise<void> {
  const found = token === undefined ? 'invalid' : await trainingOfToken(ctx, token);
  if (typeof found === 'string') {
    throw new LeewayError(
      'unauthenticated',
      found === 'expired' ? 'the token of this training has run out' : 'expected LEEWAY_TOKEN of the training',
    );
  }
  const { key } = request.params as { key: string };
  if (found.training !== key)
    throw new LeewayError('forbidden', `the token is for training ${found.training}, not ${key}`);
  request.caller = { actor: key, role: 'service' };
}

export function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return /^Bearer (.+)$/i.exec(header)?.[1];
  return request.cookies[SESSION_COOKIE];
}

/** Who acts, for the audit trail. */
export const actorOf = (request: FastifyRequest): string => request.caller?.actor ?? 'unknown';
