import type { ExecutionState } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import {
  defineExecutor,
  type ExecutorContext,
  ExecutorError,
  type Handle,
  type Look,
  type Ticket,
} from '../executor.ts';
import { callPeer, readPeer } from '../http.ts';
import { wanting } from '../not-found.ts';
import { contractOf } from '../parameters.ts';
import { secretValues } from '../secret-values.ts';
import { at, crumbOf } from './api.ts';
import { find } from './find.ts';

const KEY = 'LEEWAY_TRAINING';

const Options = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Address of Jenkins, such as https://jenkins.example.org.'),
    job: z.string().min(1).describe('Name of the job; with its folders FOLDER/JOB.'),
    user: z.string().min(1).describe('Name of the user.'),
    apiToken: secret(z.string().min(1).describe('API token of the user.')).optional(),
    password: secret(z.string().min(1).describe('Password of the user, where there is no API token.')).optional(),
    parameters: z.record(z.string(), z.string()).default({}).describe('Further parameters of the job.'),
  })
  .refine(({ apiToken, password }) => (apiToken === undefined) !== (password === undefined), {
    message: 'expected either apiToken or password',
    path: ['apiToken'],
  });
export type Options = z.infer<typeof Options>;

const Results: Record<string, ExecutionState> = {
  SUCCESS: 'succeeded',
  // Tests failed, or thresholds were not met: the job itself says that it is not good.
  UNSTABLE: 'failed',
  FAILURE: 'failed',
  NOT_BUILT: 'skipped',
  ABORTED: 'cancelled',
};

export const jenkins = defineExecutor<Options>({
  type: 'jenkins',
  label: 'Jenkins',
  description: 'Builds a job with parameters.',
  options: Options,
  remote: true,
  parallel: true,
  // A queue item is forgotten five minutes after its build began: the number is to be read before.
  pollMs: 15_000,

  secrets: ({ parameters }) => secretValues(parameters),

  async start(ctx, options, ticket) {
    const handle =
      (ticket.attempt > 1 ? await find(ctx, options, KEY, ticket.key) : undefined) ??
      (await build(ctx, options, ticket)) ??
      (await find(ctx, options, KEY, ticket.key)) ??
      {};
    const { build: number, item } = handle;
    const nativeId = number ? `${options.job} #${number}` : item ? `queue item ${item}` : ticket.key;
    return { handle, nativeId, url: at(options, '/').url };
  },

  async look(ctx, options, handle, ticket) {
    const found = await resolve(ctx, options, handle, ticket);
    if ('state' in found) return found;
    const { number } = found;
    const look = judge(await readBuild(ctx, options, number));
    const url = at(options, `/${number}/`).url;
    return { ...look, url, ...(handle['build'] !== number && { handle: { ...handle, build: number } }) };
  },

  async cancel(ctx, options, handle, ticket) {
    const found = await resolve(ctx, options, handle, ticket);
    if (!('state' in found)) {
      if (!(await readBuild(ctx, options, found.number)).building) return;
      await post(ctx, options, at(options, `/${found.number}/stop`).url);
    } else if (found.state === 'queued') {
      const item = found.handle?.['item'] ?? handle['item'];
      const { url } = at(options, `/queue/cancelItem?id=${item}`, 'root');
      // It answers by a redirect, or by 204; 404 where it is no longer in the queue.
      await post(ctx, options, url, [404]);
    }
  },

  async logs(ctx, options, handle, cursor) {
    const item = handle['build'] === undefined && handle['item'] ? await readItem(ctx, options, handle['item']) : null;
    const number = handle['build'] ?? item?.executable?.number;
    if (number === undefined) return { lines: [], cursor };
    const request = at(options, `/${number}/logText/progressiveText?start=${cursor ?? 0}`);
    const { body, headers } = await callPeer(ctx, { ...request, mostBytes: 8_388_608 });
    const lines = body === '' ? [] : body.replace(/\r?\n$/, '').split(/\r?\n/);
    return { lines, cursor: headers['x-text-size'] ?? cursor };
  },
});

const Build = z.object({ building: z.boolean(), result: z.string().nullish() });

const readBuild = (ctx: ExecutorContext, options: Options, number: string) =>
  readPeer(ctx, at(options, `/${number}/api/json?tree=number,building,result`), Build);

function judge({ building, result }: z.infer<typeof Build>): Look {
  // A result that is there before the end may still become worse.
  if (building) return { state: 'running', native: result ? `building, ${result}` : 'building' };
  if (!result) return { state: 'unknown', native: null, reason: 'it neither builds nor has a result' };
  const reason = result === 'UNSTABLE' ? 'the job calls it unstable' : null;
  return { state: Results[result] ?? 'unknown', native: result, reason };
}

const Item = z.object({
  why: z.string().nullish(),
  stuck: z.boolean().nullish(),
  cancelled: z.boolean().nullish(),
  executable: z.object({ number: z.number() }).nullish(),
  id: z.number(),
});

/** What waits, or has just begun; null where it is forgotten. */
async function readItem(ctx: ExecutorContext, options: Options, item: string) {
  const fields = 'id,why,stuck,cancelled,executable[number]';
  const request = at(options, `/queue/item/${item}/api/json?tree=${fields}`, 'root');
  try {
    return await readPeer(ctx, request, Item);
  } catch (error) {
    if (error instanceof ExecutorError && error.trouble === 'gone') return null;
    throw error;
  }
}

/** The number of its build, or where it stands without one. */
async function resolve(
  ctx: ExecutorContext,
  options: Options,
  { build, item }: Handle,
  ticket: Ticket,
): Promise<{ number: string } | Look> {
  if (build !== undefined) return { number: build };
  if (item !== undefined) {
    const found = await readItem(ctx, options, item);
    if (found?.executable) return { number: String(found.executable.number) };
    if (found?.cancelled) return { state: 'cancelled', native: 'cancelled', reason: 'it was taken out of the queue' };
    if (found) return { state: 'queued', native: found.stuck ? 'queued, stuck' : 'queued', reason: found.why ?? null };
  }
  // The item is forgotten, or was never known.
  const found = await find(ctx, options, KEY, ticket.key);
  if (found?.['build']) return { number: found['build'] };
  if (found) return { state: 'queued', native: 'queued', reason: null, handle: found };
  throw new ExecutorError('gone', `neither the queue nor the builds of ${options.job} have ${KEY}=${ticket.key}`);
}

/** Puts it into the queue. @returns nothing where an old Jenkins does not say which item it is. */
async function build(ctx: ExecutorContext, options: Options, ticket: Ticket): Promise<Handle | undefined> {
  const declared = await declaredBy(ctx, options);
  const known = Object.entries({ ...options.parameters, ...contractOf(ticket) }).filter(([name]) => declared.has(name));
  const request = at(options, '/buildWithParameters');
  const body = new URLSearchParams(known).toString();
  const answer = await callPeer(ctx, {
    ...request,
    method: 'POST',
    body,
    headers: {
      ...request.headers,
      ...(await crumbOf(ctx, options)),
      'content-type': 'application/x-www-form-urlencoded',
    },
    accept: [302, 303],
    secrets: [ticket.token, ...secretsOf(options)],
  });
  if (answer.status === 200)
    throw new ExecutorError('transient', `Jenkins answered 200, where it says 201 when it begins`);
  const item = /\/queue\/item\/(\d+)/.exec(answer.headers['location'] ?? '')?.[1];
  return item === undefined ? undefined : { item };
}

const Job = z.object({
  buildable: z.boolean().optional(),
  property: z.array(z.object({ parameterDefinitions: z.array(z.object({ name: z.string() })).optional() })),
});

/** The parameters of the job: Jenkins drops others without a word, and takes requests that look the same for one. */
async function declaredBy(ctx: ExecutorContext, options: Options): Promise<Set<string>> {
  const request = at(options, '/api/json?tree=buildable,property[parameterDefinitions[name]]');
  const job = await wanting(`job ${options.job}`, () => readPeer(ctx, request, Job));
  if (job.buildable === false) throw new ExecutorError('refused', `the job ${options.job} is disabled`);
  const declared = new Set(job.property.flatMap((one) => (one.parameterDefinitions ?? []).map(({ name }) => name)));
  if (declared.has(KEY)) return declared;
  const needed = `${KEY}, LEEWAY_URL and LEEWAY_TOKEN`;
  throw new ExecutorError('refused', `the job ${options.job} has no parameter ${KEY}; it needs ${needed}`);
}

async function post(ctx: ExecutorContext, options: Options, url: string, accept: number[] = []): Promise<void> {
  const { headers } = at(options, '/');
  await callPeer(ctx, {
    ...{ url, method: 'POST', accept: [302, 303, ...accept], secrets: secretsOf(options) },
    headers: { ...headers, ...(await crumbOf(ctx, options)) },
  });
}

const secretsOf = ({ apiToken, password }: Options): string[] => [apiToken ?? password ?? ''];
