import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import compress from '@fastify/compress';
import fastifyStatic from '@fastify/static';
import { LeewayError } from '@leeway/contract';
import type { FastifyInstance } from 'fastify';

/** Serves the dashboard: its files, and its first page for every address that is not the API's. */
export async function installDashboard(app: FastifyInstance): Promise<void> {
  const root = dashboardRoot();
  if (!root) {
    app.get('/', { config: { access: 'public' } }, async (_request, reply) =>
      reply.type('text/plain').send('The dashboard is not built. Run `npm run build`. The API is at /api/v1.\n'),
    );
    return;
  }
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    await scope.register(compress, { globalDecompression: false, encodings: ['gzip'] });
    await scope.register(fastifyStatic, {
      root,
      wildcard: false,
      setHeaders: (reply, path) => {
        reply.setHeader(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
        reply.setHeader(
          'content-security-policy',
          "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
        );
        reply.setHeader('referrer-policy', 'no-referrer');
      },
    });
    scope.get('/*', { schema: { hide: true } as never }, async (request, reply) => {
      if (/^\/(api|v2|models\/[^/]+\/invocations)(\/|$)/.test(request.url))
        throw new LeewayError('not_found', `GET ${request.url}`);
      return reply.sendFile('index.html');
    });
  });
}

function dashboardRoot(): string | null {
  const require = createRequire(import.meta.url);
  try {
    const root = join(dirname(require.resolve('@leeway/web/package.json')), 'dist');
    return existsSync(join(root, 'index.html')) ? root : null;
  } catch {
    return null;
  }
}
