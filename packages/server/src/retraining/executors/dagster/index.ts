import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError } from '../executor.ts';
import { readPeer, under } from '../http.ts';
import { contractOf } from '../parameters.ts';
import { FIND, LAUNCH, LOGS, LOOK, TERMINATE } from './queries.ts';

const Options = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Address of Dagster, without `/graphql`.'),
  location: z.string().min(1).describe('Code location that has the job, as Dagster calls it.'),
  repository: z.string().min(1).default('__repository__').describe('Repository in the code location.'),
  job: z.string().min(1).describe('Name of the job that trains.'),
  config: z.record(z.string(), z.unknown()).default({}).describe('Run configuration of the job.'),
  contractAt: z
    .string()
    .regex(/^[^.]+(\.[^.]+)*$/, 'expected names with dots between them')
    .default('resources.leeway.config.contract')
    .describe('Place in the run configuration that gets the training contract, an object of texts.'),
  token: secret(z.string().min(1).describe('Token of Dagster+.')).optional(),
});
type Options = z.infer<typeof Options>;

const STATES: Record<string, ExecutionState> = {
  QUEUED: 'queued',
  NOT_STARTED: 'queued',
  // Its process is being begun; until it is there, Dagster does not end it.
  STARTING: 'queued',
  // By another process, which says nothing of it.
  MANAGED: 'running',
  STARTED: 'running',
  SUSPENDED: 'paused',
  CANCELING: 'cancelling',
  CANCELED: 'cancelled',
  SUCCESS: 'succeeded',
  FAILURE: 'failed',
};
const OVER = new Set(['SUCCESS', 'FAILURE', 'CANCELED']);
/** Dagster has no key of ours: this tag stands for it. */
const TAG = 'leeway/training';
const PAGE = 500;

/** Dagster answers everything by 200: what it means stands in `__typename`. */
const Answer = z.looseObject({
  __typename: z.string(),
  message: z.string().optional(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});
const Launched = z.looseObject({ run: z.looseObject({ runId: z.string() }) });
const Found = z.looseObject({ results: z.array(z.looseObject({ runId: z.string() })) });
const Status = z.looseObject({ status: z.string() });
const Events = z.looseObject({
  cursor: z.string(),
  events: z.array(z.looseObject({ message: z.string().optional(), stepKey: z.string().nullish() })),
});

export const dagster = defineExecutor<Options>({
  type: 'dagster',
  label: 'Dagster',
  description: 'Launches a run of a job of Dagster or Dagster+; the contract comes in its run configuration.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 3_000,

  async start(ctx, options, ticket) {
    const startedAs = (runId: string) => ({
      handle: { run: runId },
      nativeId: runId,
      url: `${under(options.url, '')}/runs/${runId}`,
    });
    if (ticket.attempt > 1) {
      const filter = { tags: [{ key: TAG, value: ticket.key }] };
      const { results } = await ask(ctx, options, {
        query: FIND,
        variables: { filter },
        wanted: 'Runs',
        schema: Found,
      });
      if (results[0]) return startedAs(results[0].runId);
    }
    const params = {
      selector: {
        repositoryLocationName: options.location,
        repositoryName: options.repository,
        jobName: options.job,
      },
      runConfigData: placed(options.config, options.contractAt.split('.'), contractOf(ticket)),
      executionMetadata: {
        tags: [
          { key: TAG, value: ticket.key },
          { key: 'leeway/run', value: ticket.run },
          { key: 'leeway/model', value: ticket.model },
        ],
      },
    };
    const { run } = await ask(ctx, options, {
      query: LAUNCH,
      variables: { params },
      wanted: 'LaunchRunSuccess',
      schema: Launched,
      secrets: [ticket.token],
    });
    return startedAs(run.runId);
  },

  async look(ctx, options, { run }) {
    const status = await statusOf(ctx, options, run!);
    return { state: STATES[status] ?? 'unknown', native: status };
  },

  async cancel(ctx, options, { run }) {
    const status = await statusOf(ctx, options, run!);
    if (!OVER.has(status)) {
      const variables = { id: run };
      await ask(ctx, options, { query: TERMINATE, variables, wanted: 'TerminateRunSuccess', schema: z.unknown() });
    }
  },

  async logs(ctx, options, { run }, cursor) {
    const variables = { id: run, after: cursor, limit: PAGE };
    const read = await ask(ctx, options, { query: LOGS, variables, wanted: 'EventConnection', schema: Events });
    const lines = read.events.flatMap(({ message, stepKey }) =>
      message ? message.split('\n').map((line) => (stepKey ? `${stepKey}: ${line}` : line)) : [],
    );
    return { lines, cursor: read.cursor };
  },
});

/** What Dagster's own types of failure mean; any other is a refusal. */
const TROUBLES: Record<string, 'gone' | 'auth' | 'transient'> = {
  RunNotFoundError: 'gone',
  UnauthorizedError: 'auth',
  // It is about to begin, or in the act of ending: the next look says more.
  TerminateRunFailure: 'transient',
  // An exception on the server.
  PythonError: 'transient',
};

async function statusOf(ctx: ExecutorContext, options: Options, id: string): Promise<string> {
  return (await ask(ctx, options, { query: LOOK, variables: { id }, wanted: 'Run', schema: Status })).status;
}

interface Question<T> {
  query: string;
  variables: Record<string, unknown>;
  /** The type that the one field of the answer has to have. */
  wanted: string;
  schema: T;
  secrets?: string[];
}

async function ask<T extends z.ZodType>(
  ctx: ExecutorContext,
  { url, token }: Options,
  { query, variables, wanted, schema, secrets = [] }: Question<T>,
): Promise<z.infer<T>> {
  const request = {
    url: under(url, '/graphql'),
    method: 'POST' as const,
    headers: token === undefined ? {} : { 'dagster-cloud-api-token': token },
    body: { query, variables },
    secrets,
  };
  const { data } = await readPeer(ctx, request, z.looseObject({ data: z.record(z.string(), Answer) }));
  const answer = Object.values(data)[0];
  const read = schema.safeParse(answer);
  if (answer?.__typename === wanted && read.success) return read.data;
  const type = answer?.__typename ?? 'nothing';
  if (!answer || type === wanted)
    throw new ExecutorError('transient', `Dagster answered ${type}, but not as its API says`);
  const said = answer.message ?? answer.errors?.map(({ message }) => message).join('; ') ?? '';
  const message = secrets.reduce((text, hidden) => text.replaceAll(hidden, '[secret]'), said).slice(0, 300);
  throw new ExecutorError(TROUBLES[type] ?? 'refused', `Dagster answered ${type}: ${message}`);
}

/** A copy of the configuration, with further members of the object at a path. */
function placed(config: unknown, [name, ...rest]: string[], members: object): Record<string, unknown> {
  const own = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  return name === undefined ? { ...own, ...members } : { ...own, [name]: placed(own[name], rest, members) };
}
