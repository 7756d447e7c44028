import { LeewayError, type Run, VersionInfo } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { promote, rollback } from '../../registry/promote.ts';
import { listVersions } from '../../registry/versions.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Params = z.object({ model: z.string() });
const Reason = z.string().min(1).max(2000).describe('Why, for the record.');

/** Versions of a model, and which of them serves. */
export const versionRoutes: RoutePlugin = (app, { ctx, retraining, checkLoads }) => {
  app.get(
    '/models/:model/versions',
    {
      config: { access: 'read' },
      schema: {
        tags: ['versions'],
        summary: 'Versions, newest first',
        params: Params,
        response: { 200: z.object({ versions: z.array(VersionInfo) }) },
      },
    },
    async (request) => ({ versions: await listVersions(ctx.store.db, modelOf(ctx, request.params.model).name) }),
  );

  app.post(
    '/models/:model/promote',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['versions'],
        summary: 'Make a version the champion',
        description: 'A version whose gates did not pass needs `force`.',
        params: Params,
        body: z.object({ version: z.string(), reason: Reason, force: z.boolean().default(false) }),
        response: { 200: VersionInfo },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { version, reason, force } = request.body;
      const run = (await retraining.listRuns({ model: model.name })).find(
        (candidate: Run) => candidate.challenger === version,
      );
      const failed = run?.gates.filter((gate) => gate.verdict !== 'pass') ?? [];
      if (failed.length > 0 && !force) {
        throw new LeewayError(
          'approval_required',
          failed.map((gate) => `${gate.metric}: ${gate.verdict}, ${gate.reason}`).join('; '),
        );
      }
      return promote(ctx, checkLoads, { model: model.name, version, actor: actorOf(request), reason });
    },
  );

  app.post(
    '/models/:model/rollback',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['versions'],
        summary: 'Go back to a version that has served',
        params: Params,
        body: z.object({ version: z.string().optional().describe('Default: the one before.'), reason: Reason }),
        response: { 200: VersionInfo },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      return rollback(ctx, checkLoads, { model: model.name, actor: actorOf(request), ...request.body });
    },
  );
};
