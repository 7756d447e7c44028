import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Pair {
  key: string;
  value: string;
}
interface FakeRun {
  info: { run_id: string; experiment_id: string; run_name: string; status: string; artifact_uri: string };
  data: { params: Pair[]; metrics: { key: string; value: number }[]; tags: Pair[] };
  inputs: { dataset_inputs: unknown[] };
}
interface FakeVersion {
  name: string;
  version: string;
  source: string;
  run_id: string;
  status: string;
  description: string;
  tags: Pair[];
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
const refuse = (status: number, code: string, message: string): never => {
  throw new Refusal(status, code, message);
};
const invalid = (message: string): never => refuse(400, 'INVALID_PARAMETER_VALUE', message);

/**
 * The part of MLflow's REST API that is used here, as strict as MLflow 3.17 is about it: it was run against the same suite. Wants
 * a token if it is given one.
 */
export async function startFakeMlflow({ token }: { token?: string } = {}) {
  const experiments = [{ experiment_id: '0', name: 'Default' }];
  const runs: FakeRun[] = [];
  const models = new Map<string, { aliases: Map<string, string>; versions: FakeVersion[] }>();
  const files = new Map<string, Buffer>();
  let ids = 0;

  const runOf = (id: unknown) =>
    runs.find((run) => run.info.run_id === id) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST', `no run ${id}`);
  const modelOf = (name: unknown) =>
    models.get(String(name)) ?? refuse(404, 'RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${name} not found`);
  const versionOf = (name: unknown, version: unknown) =>
    modelOf(name).versions.find((candidate) => candidate.version === version) ??
    refuse(404, 'RESOURCE_DOES_NOT_EXIST', `Model Version (name=${name}, version=${version}) not found`);

  const routes: Record<string, (given: Record<string, unknown>) => unknown> = {
    'GET mlflow/experiments/get-by-name': ({ experiment_name: name }) => ({
      experiment:
        experiments.find((experiment) => experiment.name === name) ??
        refuse(404, 'RESOURCE_DOES_NOT_EXIST', `Could not find experiment with name '${name}'`),
    }),
    'POST mlflow/experiments/create': ({ name }) => {
      if (experiments.some((experiment) => experiment.name === name)) refuse(400, 'RESOURCE_ALREADY_EXISTS', 'exists');
      experiments.push({ experiment_id: String(experiments.length), name: String(name) });
      return { experiment_id: experiments.at(-1)!.experiment_id };
    },
    'GET mlflow/experiments/search': () => ({ experiments }),
    'POST mlflow/runs/create': ({ experiment_id: experiment, run_name: name, tags = [] }) => {
      const run_id = `run${++ids}`;
      const artifact_uri = `mlflow-artifacts:/${experiment}/${run_id}/artifacts`;
      runs.push({
        info: { run_id, experiment_id: String(experiment), run_name: String(name), status: 'RUNNING', artifact_uri },
        data: { params: [], metrics: [], tags: [...(tags as Pair[])] },
        inputs: { dataset_inputs: [] },
      });
      return { run: runs.at(-1) };
    },
    'GET mlflow/runs/get': ({ run_id: id }) => ({ run: runOf(id) }),
    'POST mlflow/runs/search': ({ experiment_ids: ids, filter, max_results: most }) => {
      const wanted = conditions(filter);
      const found = runs.filter(
        ({ info, data }) =>
          (ids as string[]).includes(info.experiment_id) &&
          wanted.every(({ tag, value }) => data.tags.some((pair) => pair.key === tag && pair.value === value)),
      );
      return found.length === 0 ? {} : { runs: found.slice(0, Number(most)) };
    },
    'POST mlflow/runs/log-batch': ({ run_id: id, params = [], metrics = [], tags = [] }) => {
      const { data } = runOf(id);
      const [some, numbers, words] = [params as Pair[], metrics as { key: string; value: number }[], tags as Pair[]];
      if (some.length > 100 || words.length > 100 || numbers.length > 1_000) invalid('too many in one request');
      for (const { key, value } of some) {
        if (!/^[\w\-. :/]+$/.test(key)) invalid(`Invalid parameter name: ${key}`);
        if (value.length > 6_000) invalid('Param value too long');
        const present = data.params.find((pair) => pair.key === key);
        if (present && present.value !== value) invalid('Changing param values is not allowed.');
        if (!present) data.params.push({ key, value });
      }
      for (const { key, value } of numbers) upsert(data.metrics, { key, value });
      for (const pair of words) upsert(data.tags, pair);
      return {};
    },
    'POST mlflow/runs/log-inputs': ({ run_id: id, datasets }) => {
      for (const given of datasets as { dataset: { name: string; digest: string } }[]) {
        if (given.dataset.digest.length > 36) invalid('Dataset digest exceeds the maximum length of 36');
        runOf(id).inputs.dataset_inputs.push(given);
      }
      return {};
    },
    'POST mlflow/runs/update': ({ run_id: id, status }) => {
      runOf(id).info.status = String(status);
      return { run_info: runOf(id).info };
    },
    'POST mlflow/registered-models/create': ({ name }) => {
      if (models.has(String(name)))
        refuse(400, 'RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`);
      models.set(String(name), { aliases: new Map(), versions: [] });
      return { registered_model: { name } };
    },
    'GET mlflow/registered-models/get': ({ name }) => {
      const aliases = Array.from(modelOf(name).aliases, ([alias, version]) => ({ alias, version }));
      return { registered_model: { name, ...(aliases.length > 0 && { aliases }) } };
    },
    'POST mlflow/registered-models/alias': ({ name, alias, version }) => {
      if (/^latest$/i.test(String(alias)) || /^v\d+$/i.test(String(alias))) invalid('reserved');
      versionOf(name, version);
      modelOf(name).aliases.set(String(alias), String(version));
      return {};
    },
    'DELETE mlflow/registered-models/alias': ({ name, alias }) => {
      modelOf(name).aliases.delete(String(alias));
      return {};
    },
    'POST mlflow/model-versions/create': ({ name, source, run_id: id, tags = [], description = '' }) => {
      const model = modelOf(name);
      if (/^https?:/.test(String(source))) invalid(`'source' cannot use the 'https' scheme`);
      if (!String(source).startsWith(runOf(id).info.artifact_uri)) invalid('Invalid model version source');
      const version = String(model.versions.length + 1);
      const made = { name: String(name), version, source: String(source), run_id: String(id), status: 'READY' };
      model.versions.push({ ...made, description: String(description), tags: [...(tags as Pair[])] });
      return { model_version: model.versions.at(-1) };
    },
    'GET mlflow/model-versions/search': ({ filter }) => {
      const wanted = conditions(filter);
      const found = [...models.values()]
        .flatMap(({ versions }) => versions)
        .filter((version) =>
          wanted.every(({ field, tag, value }) =>
            tag === undefined
              ? version[field as 'name' | 'run_id'] === value
              : version.tags.some((pair) => pair.key === tag && pair.value === value),
          ),
        );
      return found.length === 0 ? {} : { model_versions: found.reverse() };
    },
    'GET mlflow/model-versions/get': ({ name, version }) => ({ model_version: versionOf(name, version) }),
    'GET mlflow/model-versions/get-download-uri': ({ name, version }) => ({
      artifact_uri: versionOf(name, version).source,
    }),
    'POST mlflow/model-versions/set-tag': ({ name, version, key, value }) => {
      upsert(versionOf(name, version).tags, { key: String(key), value: String(value) });
      return {};
    },
    'POST mlflow/logged-models/search': ({ filter }) => {
      conditions(filter);
      return {};
    },
    'GET mlflow-artifacts/artifacts': ({ path }) => {
      const entries = new Map<string, { path: string; is_dir: boolean; file_size?: number }>();
      for (const [name, bytes] of files) {
        if (!name.startsWith(`${path}/`)) continue;
        const [first = '', ...rest] = name.slice(String(path).length + 1).split('/');
        entries.set(
          first,
          rest.length > 0 ? { path: first, is_dir: true } : { path: first, is_dir: false, file_size: bytes.length },
        );
      }
      return { files: [...entries.values()] };
    },
  };

  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
    void (async () => {
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
        return answer(401, { error_code: 'UNAUTHENTICATED', message: 'You are not authenticated.' });
      }
      const url = new URL(request.url!, 'http://localhost');
      const path = url.pathname.replace('/api/2.0/', '');
      const body = await read(request);
      const file = /^mlflow-artifacts\/artifacts\/(.+)$/.exec(path)?.[1];
      if (file !== undefined) {
        const name = decodeURIComponent(file);
        if (request.method === 'PUT') {
          files.set(name, body);
          return answer(200, {});
        }
        const bytes = files.get(name);
        return bytes
          ? answer(200, bytes)
          : answer(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no artifact' });
      }
      const route = routes[`${request.method} ${path}`];
      if (!route) return answer(404, { error_code: 'ENDPOINT_NOT_FOUND', message: `${request.method} ${path}` });
      const given =
        request.method === 'GET' ? Object.fromEntries(url.searchParams) : JSON.parse(body.toString() || '{}');
      answer(200, route(given));
    })().catch((error: unknown) => {
      if (error instanceof Refusal) answer(error.status, { error_code: error.code, message: error.message });
      else answer(500, { error_code: 'INTERNAL_ERROR', message: String(error) });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise<void>((done) => server.close(() => done())),
  };
}

function upsert<T extends { key: string }>(all: T[], pair: T): void {
  const at = all.findIndex(({ key }) => key === pair.key);
  if (at < 0) all.push(pair);
  else all[at] = pair;
}

/** Conditions of a filter, joined by "and"; anything else is refused, as MLflow does. */
function conditions(filter: unknown): { field: string; tag?: string; value: string }[] {
  if ((filter ?? '') === '') return [];
  return String(filter)
    .split(/ and /i)
    .map((text) => {
      const match = /^\s*(?:tags\.`([^`]+)`|(name|run_id|source_run_id))\s*=\s*(?:'([^']*)'|"([^"]*)")\s*$/.exec(text);
      if (!match) return invalid(`Invalid filter string: ${filter}`);
      const [, tag, field = 'tag', single, double] = match;
      return { field, ...(tag !== undefined && { tag }), value: single ?? double ?? '' };
    });
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
