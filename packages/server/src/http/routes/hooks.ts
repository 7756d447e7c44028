import { LeewayError } from '@leeway/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { takeMlflowHook } from '../../registry/mlflow/take-hook.ts';
import { takeWandbHook } from '../../registry/wandb/take-hook.ts';
import type { RoutePlugin } from '../server.ts';

const Answer = z.object({ outcome: z.string() });

/** Webhooks of other registries. They carry no token of ours: their signature is looked at instead. */
export const hookRoutes: RoutePlugin = (app, { ctx, retraining, registry }) => {
  // As it came, since the signature is over the bytes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: 262_144 },
    async (_request: unknown, body: string) => body,
  );

  app.post(
    '/hooks/mlflow',
    {
      config: { access: 'link' },
      schema: {
        tags: ['hooks'],
        summary: 'Webhook of MLflow',
        description: 'Signed with registry.mlflow.webhookSecret. It only has MLflow looked at sooner.',
        response: { 200: Answer },
      },
    },
    async (request) => {
      const outcome = await takeMlflowHook(
        ctx,
        {
          delivery: header(request, 'x-mlflow-delivery-id'),
          timestamp: header(request, 'x-mlflow-timestamp'),
          signature: header(request, 'x-mlflow-signature'),
          body: bodyOf(request),
        },
        registry.mlflowHint,
      );
      return { outcome };
    },
  );

  app.post(
    '/hooks/wandb',
    {
      config: { access: 'link' },
      schema: {
        tags: ['hooks'],
        summary: 'Webhook of Weights & Biases',
        description: 'With registry.wandb.secret as access token or as signing secret.',
        response: { 200: Answer },
      },
    },
    async (request) => {
      const given = {
        authorization: header(request, 'authorization'),
        signature: header(request, 'x-wandb-signature'),
        body: bodyOf(request),
      };
      return { outcome: await takeWandbHook(ctx, given, (run) => retraining.startRun(run)) };
    },
  );
};

function header(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function bodyOf(request: FastifyRequest): string {
  if (typeof request.body === 'string') return request.body;
  throw new LeewayError('invalid_json', 'no body came');
}
