import { z } from 'zod';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, Refused, startFake } from '../../testdata/fake-http.ts';
import { FIND, LAUNCH, LOGS, LOOK, TERMINATE } from '../queries.ts';

const TOKEN = 's3cr3t-dagster-token';

const Tag = z.strictObject({ key: z.string().max(63), value: z.string() });
const Contract = z.strictObject({ contract: z.record(z.string(), z.string()) });
const Config = z.strictObject({ resources: z.strictObject({ leeway: z.strictObject({ config: Contract }) }) });
const Params = z.strictObject({
  selector: z.strictObject({
    repositoryLocationName: z.string(),
    repositoryName: z.string(),
    jobName: z.string(),
  }),
  runConfigData: z.unknown(),
  executionMetadata: z.strictObject({ tags: z.array(Tag) }),
});
const Filter = z.strictObject({ tags: z.array(Tag) });
const Page = z.strictObject({ id: z.string(), after: z.string().nullable(), limit: z.int().max(1_000) });
const Id = z.strictObject({ id: z.string() });

interface Run {
  id: string;
  tags: z.infer<typeof Tag>[];
  contract: Record<string, string>;
  status: string;
  lines: string[];
}

/**
 * A Dagster with the job `leeway_retrain`. The queries themselves are known to it word for word: that Dagster takes them was
 * seen at a server of version 1.13.
 */
export async function openDagster() {
  const runs: Run[] = [];
  let [expired, asked] = [false, false];
  const newest = () => runs.at(-1)!;
  const notFound = (id: string) => ({
    __typename: 'RunNotFoundError',
    message: `Pipeline run ${id} could not be found.`,
  });
  const runOf = (id: string) => runs.find((run) => run.id === id);

  const launch = (variables: unknown) => {
    const { selector, runConfigData, executionMetadata } = z.strictObject({ params: Params }).parse(variables).params;
    const name = `${selector.repositoryLocationName}.${selector.repositoryName}.${selector.jobName}`;
    if (name !== 'defs.py.__repository__.leeway_retrain') {
      return { __typename: 'PipelineNotFoundError', message: `Could not find Pipeline ${name}` };
    }
    const config = Config.safeParse(runConfigData);
    if (!config.success) {
      return { __typename: 'RunConfigValidationInvalid', errors: [{ message: z.prettifyError(config.error) }] };
    }
    const { contract } = config.data.resources.leeway.config;
    const id = `6b1c7f95-c491-4304-8d89-66d7b347d7d${runs.length}`;
    runs.push({ id, tags: executionMetadata.tags, contract, status: 'QUEUED', lines: [] });
    return { __typename: 'LaunchRunSuccess', run: { runId: id, status: 'QUEUED' } };
  };

  const find = (variables: unknown) => {
    const { tags } = z.strictObject({ filter: Filter }).parse(variables).filter;
    const results = runs.filter((run) =>
      tags.every((tag) => run.tags.some(({ key, value }) => key === tag.key && value === tag.value)),
    );
    return { __typename: 'Runs', results: results.map(({ id }) => ({ runId: id })) };
  };

  const terminate = (variables: unknown) => {
    const { id } = Id.parse(variables);
    const run = runOf(id);
    if (!run) return notFound(id);
    if (['SUCCESS', 'FAILURE', 'CANCELED'].includes(run.status)) {
      return {
        __typename: 'TerminateRunFailure',
        message: `Run ${id} could not be terminated due to having status ${run.status}.`,
      };
    }
    asked = true;
    run.status = 'CANCELING';
    return { __typename: 'TerminateRunSuccess', run: { runId: id } };
  };

  const look = (variables: unknown) => {
    const { id } = Id.parse(variables);
    const run = runOf(id);
    return run ? { __typename: 'Run', runId: id, status: run.status } : notFound(id);
  };

  const logs = (variables: unknown) => {
    const { id, after, limit } = Page.parse(variables);
    const run = runOf(id);
    if (!run) return notFound(id);
    const from = Number(after ?? 0);
    const lines = run.lines.slice(from, from + limit);
    const events = lines.map((message) => ({ message, stepKey: 'train' }));
    return { __typename: 'EventConnection', cursor: String(from + events.length), events };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    if (call.method !== 'POST' || call.path !== '/graphql') throw new Refused(404, 'Not Found');
    if (expired || call.headers['dagster-cloud-api-token'] !== TOKEN)
      throw new Refused(401, { message: 'Unauthorized' });
    const { query, variables } = z
      .strictObject({ query: z.string(), variables: z.unknown() })
      .parse(JSON.parse(call.text));
    const said = (field: string, value: object): FakeAnswer => ({ status: 200, body: { data: { [field]: value } } });
    switch (query) {
      case LAUNCH: {
        const launched = launch(variables);
        return { ...said('launchRun', launched), started: launched.__typename === 'LaunchRunSuccess' };
      }
      case FIND:
        return said('runsOrError', find(variables));
      case LOOK:
        return said('runOrError', look(variables));
      case TERMINATE:
        return said('terminateRun', terminate(variables));
      case LOGS:
        return said('logsForRun', logs(variables));
      default:
        throw new Refused(400, { errors: [{ message: 'an unknown query' }] });
    }
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: { url: fake.origin, location: 'defs.py', job: 'leeway_retrain', token: TOKEN },
    runs: () => runs.length,
    given: () => newest().contract,
    set: (native) => {
      newest().status = native;
    },
    vanish: () => void runs.pop(),
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    write: (lines) => void newest().lines.push(...lines),
  } satisfies FakePeer;
}

export const kit: ExecutorKit = {
  type: 'dagster',
  open: openDagster,
  states: {
    QUEUED: 'queued',
    NOT_STARTED: 'queued',
    STARTED: 'running',
    STARTING: 'queued',
    MANAGED: 'running',
    SUSPENDED: 'paused',
    CANCELING: 'cancelling',
    CANCELED: 'cancelled',
    SUCCESS: 'succeeded',
    FAILURE: 'failed',
  },
  cancelledAs: 'cancelled',
  logs: true,
};
