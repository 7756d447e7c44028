import { Alias, AliasMove } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { aliasHistory, aliasOf, listAliases } from '../../registry/aliases.ts';
import { CHAMPION } from '../../registry/decide/alias-name.ts';
import { requireGates } from '../../registry/decide/require-gates.ts';
import { promote } from '../../registry/promote.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Params = z.object({ model: z.string() });
const AliasParams = Params.extend({ alias: z.string() });
const tags = ['versions'];
const Expected = z
  .string()
  .nullable()
  .describe('Version that it points to now, as you know it; null for none. It is moved only if that is so.');
const Reason = z.string().min(1).max(2000).describe('Why, for the record.');
const Moved = z.object({
  model: z.string(),
  alias: z.string(),
  version: z.string().nullable(),
  previous: z.string().nullable(),
  warnings: z.array(z.string()),
});

/** Aliases of versions, moved by compare and set, with everything that they have pointed to. */
export const aliasRoutes: RoutePlugin = (app, { ctx, retraining, registry, checkLoads }) => {
  const { db } = ctx.store;

  app.get(
    '/models/:model/aliases',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Aliases, and where they point',
        params: Params,
        response: { 200: z.object({ aliases: z.array(Alias) }) },
      },
    },
    async ({ params }) => ({ aliases: await listAliases(db, modelOf(ctx, params.model).name) }),
  );

  app.get(
    '/models/:model/aliases/history',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Every move of the aliases, newest first',
        params: Params,
        querystring: z.object({
          alias: z.string().optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(200),
        }),
        response: { 200: z.object({ moves: z.array(AliasMove) }) },
      },
    },
    async ({ params, query }) => ({ moves: await aliasHistory(db, modelOf(ctx, params.model).name, query) }),
  );

  app.put(
    '/models/:model/aliases/:alias',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Move an alias, if it points where you believe',
        description:
          'Otherwise 409, with where it points. `champion` is moved as by promote: checked to load first, and `force` where gates did not pass.',
        params: AliasParams,
        body: z.strictObject({
          version: z.string(),
          expected: Expected,
          reason: Reason,
          force: z.boolean().default(false),
        }),
        response: { 200: Moved },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model).name;
      const { alias } = request.params;
      const { version, expected, reason, force } = request.body;
      const actor = actorOf(request);
      if (alias !== CHAMPION) {
        const moved = await registry.changeAlias({ model, alias, version, expected, actor, reason });
        return { model, alias, version, ...moved };
      }
      requireGates(await retraining.listRuns({ model }), version, force);
      await promote(ctx, checkLoads, { model, version, actor, reason, expected });
      return { model, alias, version: await aliasOf(db, model, CHAMPION), previous: expected, warnings: [] };
    },
  );

  app.delete(
    '/models/:model/aliases/:alias',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Take an alias away, if it points where you believe',
        params: AliasParams,
        body: z.strictObject({ expected: Expected, reason: Reason }),
        response: { 200: Moved },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model).name;
      const { alias } = request.params;
      const moved = await registry.changeAlias({
        ...request.body,
        ...{ model, alias, version: null, actor: actorOf(request) },
      });
      return { model, alias, version: null, ...moved };
    },
  );
};
