import {
  Lineage,
  NewVersionRequest,
  RollbackPlan,
  ServedAt,
  Stage,
  StageNote,
  VersionDiff,
  VersionInfo,
  VersionLink,
} from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { requireGates } from '../../registry/decide/require-gates.ts';
import { linkVersion } from '../../registry/links.ts';
import { stageNotes } from '../../registry/notes.ts';
import { previewRollback, promote, rollback } from '../../registry/promote.ts';
import { servedAt } from '../../registry/served-at.ts';
import { listVersions, versionOf } from '../../registry/versions.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Params = z.object({ model: z.string() });
const VersionParams = Params.extend({ version: z.string() });
const Reason = z.string().min(1).max(2000).describe('Why, for the record.');
const tags = ['versions'];

/** Versions of a model: their record, and which of them serves. */
export const versionRoutes: RoutePlugin = (app, { ctx, retraining, registry, checkLoads }) => {
  const { db } = ctx.store;

  app.get(
    '/models/:model/versions',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Versions, newest first',
        params: Params,
        response: { 200: z.object({ versions: z.array(VersionInfo) }) },
      },
    },
    async (request) => ({ versions: await listVersions(db, modelOf(ctx, request.params.model).name) }),
  );

  app.post(
    '/models/:model/versions',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Register a version that was made elsewhere',
        description:
          'Its artifact is sent to /artifacts before. The same `key` twice gives the same version, with 200.',
        params: Params,
        body: NewVersionRequest,
        response: { 200: VersionInfo, 201: VersionInfo },
      },
    },
    async (request, reply) => {
      const model = modelOf(ctx, request.params.model).name;
      const { version, created } = await registry.register({ ...request.body, model, actor: actorOf(request) });
      return reply.code(created ? 201 : 200).send(version);
    },
  );

  app.get(
    '/models/:model/versions/:version',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'A version', params: VersionParams, response: { 200: VersionInfo } },
    },
    async ({ params }) => versionOf(db, modelOf(ctx, params.model).name, params.version),
  );

  app.patch(
    '/models/:model/versions/:version',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Describe, tag or stage a version',
        description: 'A stage is a word for people; what serves is said by the alias `champion` alone.',
        params: VersionParams,
        body: z.strictObject({
          description: z.string().max(20_000).optional(),
          tags: z
            .record(z.string().min(1).max(200), z.string().max(5_000).nullable())
            .optional()
            .describe('Tags to set; null takes one away.'),
          stage: Stage.optional(),
          note: z.string().max(2_000).optional().describe('Why it stands there now.'),
        }),
        response: { 200: VersionInfo },
      },
    },
    async (request) => {
      const { model, version } = request.params;
      return registry.note({ ...request.body, model: modelOf(ctx, model).name, version, actor: actorOf(request) });
    },
  );

  app.get(
    '/models/:model/versions/:version/stages',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Where a version stood, newest first',
        params: VersionParams,
        response: { 200: z.object({ stages: z.array(StageNote) }) },
      },
    },
    async ({ params }) => {
      const { version } = await versionOf(db, modelOf(ctx, params.model).name, params.version);
      return { stages: await stageNotes(db, params.model, version) };
    },
  );

  app.post(
    '/models/:model/versions/:version/links',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Say where a version is in another registry',
        params: VersionParams,
        body: z.strictObject({
          kind: VersionLink.shape.kind,
          reference: z.string().min(1).max(500),
          url: z
            .url({ protocol: /^https?$/ })
            .nullable()
            .default(null),
        }),
        response: { 200: VersionInfo },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model).name;
      const { version } = request.params;
      await linkVersion(ctx, { ...request.body, model, version, actor: actorOf(request) });
      return versionOf(db, model, version);
    },
  );

  app.get(
    '/models/:model/versions/:version/lineage',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Where a version comes from, and what became of it',
        params: VersionParams,
        response: { 200: Lineage },
      },
    },
    async ({ params }) => registry.lineage(modelOf(ctx, params.model).name, params.version),
  );

  app.get(
    '/models/:model/versions/:version/diff/:other',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'What differs between two versions',
        params: VersionParams.extend({ other: z.string() }),
        response: { 200: VersionDiff },
      },
    },
    async ({ params }) => registry.diff(modelOf(ctx, params.model).name, params.version, params.other),
  );

  app.get(
    '/models/:model/served',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Which version served at a time',
        params: Params,
        querystring: z.object({ at: z.iso.datetime({ offset: true }).optional().describe('Default: now.') }),
        response: { 200: ServedAt },
      },
    },
    async ({ params, query }) =>
      servedAt(db, modelOf(ctx, params.model).name, query.at === undefined ? ctx.clock.now() : Date.parse(query.at)),
  );

  app.post(
    '/models/:model/promote',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Make a version the champion',
        description: 'A version whose gates did not pass needs `force`.',
        params: Params,
        body: z.object({ version: z.string(), reason: Reason, force: z.boolean().default(false) }),
        response: { 200: VersionInfo },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model).name;
      const { version, reason, force } = request.body;
      requireGates(await retraining.listRuns({ model }), version, force);
      return promote(ctx, checkLoads, { model, version, actor: actorOf(request), reason });
    },
  );

  app.get(
    '/models/:model/rollback',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'What a rollback would do',
        params: Params,
        querystring: z.object({ version: z.string().optional().describe('Default: the one before.') }),
        response: { 200: RollbackPlan },
      },
    },
    async ({ params, query }) =>
      previewRollback(ctx, checkLoads, { model: modelOf(ctx, params.model).name, version: query.version }),
  );

  app.post(
    '/models/:model/rollback',
    {
      config: { access: 'operate' },
      schema: {
        tags,
        summary: 'Go back to a version that has served',
        description: 'One that was itself rolled back from is only gone back to when it is named.',
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
