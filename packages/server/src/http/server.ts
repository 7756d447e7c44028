import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Services } from '../app/services.ts';
import { newId } from '../platform/ids.ts';
import { installActions } from './act.ts';
import { installAuth } from './auth.ts';
import { installDashboard } from './dashboard.ts';
import { installErrors } from './errors.ts';
import { installFeedbackForm } from './feedback-form.ts';
import { installCharts } from './routes/charts.ts';
import { ROUTES } from './routes/index.ts';
import { installProbes } from './routes/status.ts';

export type Http = FastifyInstance;
/** A group of routes under /api/v1. */
export type RoutePlugin = (app: ReturnType<typeof withZod>, services: Services) => void;

const withZod = (app: FastifyInstance) => app.withTypeProvider<ZodTypeProvider>();

/** The HTTP server with every route, not listening yet. */
export async function createHttp(services: Services): Promise<Http> {
  const { ctx } = services;
  const app = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: ctx.config().server.maxBodyBytes,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']) ?? newId('req'),
    forceCloseConnections: true,
    // Signed links carry what they allow in the path.
    routerOptions: { maxParamLength: 4_096 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installErrors(app);
  await app.register(cookie);
  installAuth(app, ctx);
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
  });

  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Leeway',
        description: 'Keeps machine-learning models in production fit.',
        version: services.version,
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(
    async (api) => {
      // Answers only: what comes in is unpacked by the routes that take it, under a limit of their own.
      await api.register(compress, { globalDecompression: false, encodings: ['gzip'] });
      api.get('/openapi.json', { config: { access: 'read' }, schema: { hide: true } }, async () => app.swagger());
      for (const routes of ROUTES) await api.register(async (group) => routes(withZod(group), services));
    },
    { prefix: '/api/v1' },
  );
  installProbes(withZod(app), services);
  installCharts(withZod(app), services);
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'read' };
    });
    await docs.register(swaggerUi, { routePrefix: '/api/docs' });
  });
  await services.installGateway(app);
  await installFeedbackForm(app, services);
  await installActions(app, services);
  await installDashboard(app);
  await app.ready();
  return app;
}

/** A caller's own request id is kept if it is harmless. */
function requestIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header) ? header : undefined;
}
