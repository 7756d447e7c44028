import { createHash } from 'node:crypto';
import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Ticket } from '../executor.ts';
import { chosenParameters, parameterMap } from '../parameters.ts';
import { connect } from './client.ts';

/** Characters of a value. */
const MOST_VALUE = 1_024;
/** How far its clock may be behind ours. */
const SKEW_MS = 60_000;

const Options = z
  .strictObject({
    pipeline: z.string().min(1).max(256).describe('Name or ARN of the pipeline.'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as eu-central-1')
      .describe('Region of the pipeline.'),
    parameters: parameterMap(
      Object.fromEntries(['LEEWAY_TRAINING', 'LEEWAY_URL', 'LEEWAY_TOKEN'].map((name) => [name, name])),
    ),
    accessKeyId: z
      .string()
      .min(16)
      .optional()
      .describe('Access key. Default: the credentials of the machine, as AWS looks for them.'),
    secretAccessKey: secret(z.string().min(1).describe('Secret of the access key.')).optional(),
    sessionToken: secret(z.string().min(1).describe('With temporary credentials only.')).optional(),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Another address than that of the region.'),
  })
  .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined), {
    message: 'expected both accessKeyId and secretAccessKey, or neither',
    path: ['secretAccessKey'],
  });
export type Options = z.infer<typeof Options>;

const States: Record<string, ExecutionState> = {
  Executing: 'running',
  Stopping: 'cancelling',
  Stopped: 'cancelled',
  Failed: 'failed',
  Succeeded: 'succeeded',
};

export const sagemaker = defineExecutor<Options>({
  type: 'sagemaker',
  label: 'SageMaker Pipelines',
  description: 'Starts an execution of a pipeline. Its logs are in CloudWatch and not fetched.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 30_000,

  async start(ctx, options, ticket) {
    const { pipeline, region } = options;
    const arn =
      (ticket.attempt > 1 ? await find(ctx, options, ticket) : undefined) ?? (await begin(ctx, options, ticket));
    const id = arn.split('/').at(-1)!;
    const studio = `https://${region}.console.aws.amazon.com/sagemaker/home?region=${region}#/pipelines`;
    return { handle: { arn }, nativeId: `${pipeline.split('/').at(-1)} ${id}`, url: studio };
  },

  async look(ctx, options, { arn = '' }, ticket) {
    const { DescribePipelineExecutionCommand } = await import('@aws-sdk/client-sagemaker');
    const asked = new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn });
    const { PipelineExecutionStatus: native, FailureReason } = await connect(ctx, options, ticket, (client, how) =>
      client.send(asked, how),
    );
    if (!native) throw new ExecutorError('transient', 'SageMaker answered, but not as its API says');
    return { state: States[native] ?? 'unknown', native, reason: FailureReason ?? null };
  },

  async cancel(ctx, options, { arn = '' }, ticket) {
    const { DescribePipelineExecutionCommand, StopPipelineExecutionCommand } = await import(
      '@aws-sdk/client-sagemaker'
    );
    await connect(ctx, options, ticket, async (client, how) => {
      const asked = new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn });
      const { PipelineExecutionStatus } = await client.send(asked, how);
      if (PipelineExecutionStatus !== 'Executing') return;
      const stop = { PipelineExecutionArn: arn, ClientRequestToken: tokenOf(`stop ${ticket.key}`) };
      await client.send(new StopPipelineExecutionCommand(stop), how);
    });
  },
});

/** By the name that it was given, which holds longer than the memory of its key. */
async function find(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<string | undefined> {
  const { ListPipelineExecutionsCommand } = await import('@aws-sdk/client-sagemaker');
  return connect(ctx, options, ticket, async (client, how) => {
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new ListPipelineExecutionsCommand({
          PipelineName: options.pipeline,
          CreatedAfter: new Date(ticket.createdAt - SKEW_MS),
          MaxResults: 100,
          ...(NextToken && { NextToken }),
        }),
        how,
      );
      if (!page.PipelineExecutionSummaries) {
        throw new ExecutorError('transient', 'SageMaker answered, but not as its API says');
      }
      const found = page.PipelineExecutionSummaries.find((one) => one.PipelineExecutionDisplayName === ticket.key);
      if (found?.PipelineExecutionArn) return found.PipelineExecutionArn;
      ({ NextToken } = page);
    } while (NextToken);
    return undefined;
  });
}

async function begin(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<string> {
  const parameters = Object.entries(chosenParameters(ticket, options.parameters));
  const long = parameters.find(([, value]) => value.length > MOST_VALUE);
  if (long) {
    const told = `the parameter ${long[0]} has ${long[1].length} characters, and SageMaker takes ${MOST_VALUE}`;
    throw new ExecutorError(
      'refused',
      `${told}: hand over LEEWAY_TRAINING, LEEWAY_URL and LEEWAY_TOKEN, by which the rest is had`,
    );
  }
  const { StartPipelineExecutionCommand } = await import('@aws-sdk/client-sagemaker');
  const asked = new StartPipelineExecutionCommand({
    PipelineName: options.pipeline,
    // The same token begins one execution, however often it comes.
    ClientRequestToken: tokenOf(ticket.key),
    PipelineExecutionDisplayName: ticket.key,
    PipelineExecutionDescription: ticket.reason.slice(0, 3_072),
    PipelineParameters: parameters.map(([Name, Value]) => ({ Name, Value })),
  });
  const { PipelineExecutionArn } = await connect(
    ctx,
    options,
    ticket,
    (client, how) => client.send(asked, how),
    'start',
  );
  if (!PipelineExecutionArn) throw new ExecutorError('transient', 'SageMaker answered, but not as its API says');
  return PipelineExecutionArn;
}

/** SageMaker wants 32 characters at least. */
const tokenOf = (key: string): string => createHash('sha256').update(key).digest('hex');
