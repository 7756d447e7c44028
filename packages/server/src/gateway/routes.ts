import { LeewayError } from '@leeway/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InferInput } from './columns.ts';
import type { Answer, Gateway } from './gateway.ts';
import { formatInvocation, parseInvocation } from './invocations.ts';
import { formatInferResponse, modelMetadata, parseInferRequest } from './open-inference.ts';

export interface GatewayRouteOptions {
  gateway: Gateway;
  /** Of Leeway itself. */
  version: string;
}

interface ModelParams {
  model: string;
  version?: string;
}

/**
 * The gateway's addresses: the Open Inference Protocol under /v2, and MLflow's /models/{model}/invocations. Answers carry
 * x-model-version and x-request-id. Bodies are checked by the codecs, once, as they are read.
 */
export async function gatewayRoutes(app: FastifyInstance, options: GatewayRouteOptions): Promise<void> {
  await app.register(openInferenceRoutes, options);

  app.post<{ Params: ModelParams }>(
    '/models/:model/invocations',
    { config: { access: 'infer' } },
    async (request, reply) => {
      const input = parseInvocation(options.gateway.model(request.params.model), request.body);
      return formatInvocation(input, await answer(options.gateway, request, reply, input, request.id));
    },
  );
}

async function openInferenceRoutes(app: FastifyInstance, { gateway, version }: GatewayRouteOptions): Promise<void> {
  const open = { config: { access: 'public' } } as const;
  const inferring = { config: { access: 'infer' } } as const;
  app.setErrorHandler(sendError);

  app.get('/v2', inferring, async () => ({ name: 'leeway', version, extensions: [] }));
  app.get('/v2/health/live', open, async () => ({ live: true }));
  app.get('/v2/health/ready', open, async () => ({ ready: true }));
  app.get<{ Params: ModelParams }>('/v2/models/:model', inferring, async ({ params }) => {
    return modelMetadata(gateway.model(params.model), await gateway.championOf(params.model));
  });
  app.get<{ Params: ModelParams }>('/v2/models/:model/ready', inferring, async ({ params }) => {
    if ((await gateway.championOf(params.model)) === null)
      throw new LeewayError('no_champion', `model ${params.model}`);
    return { name: params.model, ready: true };
  });

  const infer = async (request: FastifyRequest<{ Params: ModelParams }>, reply: FastifyReply) => {
    const model = gateway.model(request.params.model);
    const input = parseInferRequest(model, request.body);
    const given = await answer(gateway, request, reply, input, input.id ?? request.id);
    return formatInferResponse(model, input, given);
  };
  app.post<{ Params: ModelParams }>('/v2/models/:model/infer', inferring, infer);
  app.post<{ Params: ModelParams }>('/v2/models/:model/versions/:version/infer', inferring, infer);
}

async function answer(
  gateway: Gateway,
  request: FastifyRequest<{ Params: ModelParams }>,
  reply: FastifyReply,
  input: InferInput,
  requestId: string,
): Promise<Answer> {
  const { model, version } = request.params;
  const given = await gateway.infer(model, input, { requestId, ...(version === undefined ? {} : { version }) });
  reply.header('x-model-version', given.version);
  reply.header('x-request-id', request.id);
  return given;
}

/** Errors as the Open Inference Protocol writes them: {error}. */
function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof LeewayError ? error : null;
  const status = known?.status ?? error.statusCode ?? 500;
  if (status >= 500) request.log.error({ err: error }, 'the gateway could not answer');
  const text = known
    ? `${known.message}. ${known.remedy}`
    : status < 500
      ? error.message
      : 'something failed inside Leeway';
  return reply.code(status).header('x-request-id', request.id).send({ error: text });
}
