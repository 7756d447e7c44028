import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Ticket } from '../executor.ts';
import { wanting } from '../not-found.ts';
import { chosenParameters, parameterMap } from '../parameters.ts';
import { askGitHub, at, Run, readGitHub } from './api.ts';
import { judge } from './judge.ts';
import { linesOfZip } from './logs.ts';

/** So many inputs does GitHub take, and so many members a client_payload. */
const MOST = { workflow_dispatch: 25, repository_dispatch: 10 };
/** Bytes of all inputs, as GitHub counts them. */
const MOST_INPUT = 65_535;
/** How far its clock may be behind ours. */
const SKEW_MS = 60_000;
/** After so long a run that was dispatched is in the list. */
const LISTED_MS = 300_000;
/** GitHub ends by itself what does not end within five minutes after it was asked; so long after the time is up it is forced. */
const FORCE_MS = 600_000;

const Options = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://api.github.com')
      .describe('Address of the API. On Enterprise Server https://HOST/api/v3.'),
    token: secret(z.string().min(1).describe('Fine-grained token with write access to Actions of the repository.')),
    repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, 'expected OWNER/NAME, such as acme/churn')
      .describe('Owner and name.'),
    workflow: z.string().min(1).describe('File of the workflow, such as train.yml, or its id.'),
    ref: z.string().min(1).default('main').describe('Branch or tag that it runs on.'),
    event: z
      .enum(['workflow_dispatch', 'repository_dispatch'])
      .default('workflow_dispatch')
      .describe('How it is begun. repository_dispatch takes the default branch and never tells which run it began.'),
    eventType: z.string().min(1).max(100).default('leeway-train').describe('Type of the repository_dispatch.'),
    inputs: parameterMap({ leeway: '*' }),
  })
  .refine(({ event, inputs }) => Object.keys(inputs).length <= MOST[event], {
    message: 'expected at most 25 inputs, and 10 with repository_dispatch',
    path: ['inputs'],
  });
export type Options = z.infer<typeof Options>;

export const github = defineExecutor<Options>({
  type: 'github',
  label: 'GitHub Actions',
  description: 'Dispatches a workflow of a repository.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 20_000,

  async start(ctx, options, ticket) {
    const since = String(ticket.createdAt - SKEW_MS);
    const former = ticket.attempt > 1 ? await find(ctx, options, ticket.key, since) : undefined;
    const run = former ?? (await dispatch(ctx, options, ticket)) ?? (await find(ctx, options, ticket.key, since));
    if (!run) return { handle: { since }, nativeId: ticket.key, url: null };
    const id = String(run.id);
    return { handle: { since, run: id }, nativeId: id, url: run.html_url ?? null };
  },

  async look(ctx, options, { since = '0', run }, ticket) {
    if (run !== undefined) return judge(await readGitHub(ctx, at(options, { path: `/actions/runs/${run}` }), Run));
    const found = await find(ctx, options, ticket.key, since);
    if (found) return { ...judge(found), handle: { since, run: String(found.id) } };
    const reason = `no run of ${options.workflow} has "${ticket.key}" in its run-name`;
    if (ctx.clock.now() - ticket.createdAt > LISTED_MS) throw new ExecutorError('gone', reason);
    return { state: 'queued', native: 'dispatched', reason };
  },

  async cancel(ctx, options, { since = '0', run }, ticket) {
    const id = run ?? (await find(ctx, options, ticket.key, since))?.id;
    if (id === undefined) throw new ExecutorError('transient', `the run of ${ticket.key} is not listed yet`);
    const verb = ctx.clock.now() > ticket.deadline + FORCE_MS ? 'force-cancel' : 'cancel';
    // 409: it has ended.
    await askGitHub(ctx, at(options, { method: 'POST', path: `/actions/runs/${id}/${verb}`, accept: [409] }));
  },

  async logs(ctx, options, { run }, cursor) {
    // They are one zip that is there when the run has ended.
    if (run === undefined || cursor !== null) return { lines: [], cursor };
    const request = at(options, { path: `/actions/runs/${run}/logs`, accept: [302, 404, 410] });
    const { status, headers } = await askGitHub(ctx, request);
    if (status !== 302) return { lines: [], cursor };
    // To another host, which must not have our token.
    const url = headers['location'] ?? '';
    const zip = await ctx.outbound({ url, method: 'GET', binary: true, mostBytes: 33_554_432, deadlineMs: 60_000 });
    if (zip.status !== 200) throw new ExecutorError('transient', `the store of the logs answered ${zip.status}`);
    return { lines: linesOfZip(zip.bytes!), cursor: 'end' };
  },
});

async function dispatch(ctx: ExecutorContext, options: Options, ticket: Ticket) {
  const { event, ref, repository, workflow, eventType } = options;
  const inputs = chosenParameters(ticket, options.inputs);
  if (Buffer.byteLength(JSON.stringify(inputs)) > MOST_INPUT) {
    throw new ExecutorError('refused', `the inputs are more than the ${MOST_INPUT} bytes that GitHub takes`);
  }
  if (event === 'repository_dispatch') {
    const body = { event_type: eventType, client_payload: inputs };
    const request = at(options, { method: 'POST', path: '/dispatches', body, secrets: [ticket.token] });
    await wanting(`repository ${repository}`, () => askGitHub(ctx, request));
    return undefined;
  }
  const path = `/actions/workflows/${encodeURIComponent(workflow)}/dispatches`;
  const ask = (body: object, accept: number[]) => {
    const request = at(options, { method: 'POST', path, body, accept, secrets: [ticket.token] });
    return wanting(`workflow ${workflow} of ${repository}`, () => askGitHub(ctx, request));
  };
  const asked = await ask({ ref, inputs, return_run_details: true }, [400, 422]);
  // Servers that do not know the member refuse it, each in a way of its own.
  const answer = asked.status < 300 ? asked : await ask({ ref, inputs }, []);
  if (answer.status === 204) return undefined;
  const Details = z.object({ workflow_run_id: z.number(), html_url: z.string() });
  const details = Details.safeParse(answer.json);
  if (!details.success) throw new ExecutorError('transient', 'GitHub answered a dispatch, but not as its API says');
  return { id: details.data.workflow_run_id, html_url: details.data.html_url };
}

/** The first run with the key in its run-name. */
async function find(ctx: ExecutorContext, options: Options, key: string, since: string) {
  const query = new URLSearchParams({
    event: options.event,
    created: `>=${new Date(Number(since)).toISOString().slice(0, 19)}Z`,
    per_page: '100',
  });
  const path = `/actions/workflows/${encodeURIComponent(options.workflow)}/runs?${query}`;
  const { workflow_runs } = await wanting(`workflow ${options.workflow} of ${options.repository}`, () =>
    readGitHub(ctx, at(options, { path }), z.object({ workflow_runs: z.array(Run) })),
  );
  return workflow_runs.filter(({ display_title }) => display_title?.includes(key)).sort((a, b) => a.id - b.id)[0];
}
