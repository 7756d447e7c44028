import { z } from 'zod';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Change = z.object({ path: z.string(), from: z.unknown(), to: z.unknown() });
const Document = z.object({
  document: z.record(z.string(), z.unknown()).describe('The configuration as written, secrets as references.'),
});

/** The configuration: what would change, and change it. */
export const configRoutes: RoutePlugin = (app, { configuration }) => {
  app.post(
    '/config/plan',
    {
      // A plan looks into the environment and the files that the document refers to.
      config: { access: 'operate' },
      schema: {
        tags: ['config'],
        summary: 'What applying a configuration would change',
        body: Document,
        response: { 200: z.object({ changes: z.array(Change) }) },
      },
    },
    async (request) => ({ changes: await configuration.plan(request.body.document) }),
  );

  app.post(
    '/config/apply',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['config'],
        summary: 'Apply a configuration, whole or not at all',
        body: Document,
        response: { 200: z.object({ changes: z.array(Change) }) },
      },
    },
    async (request) => ({ changes: await configuration.apply(actorOf(request), request.body.document) }),
  );

  app.get(
    '/config',
    {
      config: { access: 'read' },
      schema: {
        tags: ['config'],
        summary: 'The configuration in force, as it was written',
        response: { 200: z.object({ revision: z.int().nullable(), document: z.unknown() }) },
      },
    },
    async () => configuration.current(),
  );
};
