import { join } from 'node:path';
import { LeewayError } from '@leeway/contract';
import type { Context } from '../../context.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { packFolder } from '../../platform/pack-folder.ts';
import { type Mlflow, MlflowError, mlflowClient, quoted } from './client.ts';
import { nameThere, versionUrl } from './names.ts';
import type { RemoteVersion } from './push.ts';

/** What a training has left at MLflow, and where it lies here now. */
export interface MlflowCandidate {
  /** NAME/VERSION of a registered version, or the URI of a logged model. */
  reference: string;
  url: string | null;
  /** Files that were fetched, relative to the folder. */
  files: string[];
}

/**
 * Finds the one model that a training has left at MLflow by the tag `leeway.training`, or `leeway.run_id` where there is none with
 * it, and fetches its files into a folder. A registered version goes before one that was only logged.
 * @throws LeewayError `no_candidate`, `ambiguous_candidate`, `mlflow_failed`.
 */
export async function findMlflowCandidate(
  ctx: Pick<Context, 'config'> & { outbound: Outbound },
  given: { model: string; training: string; run: string; into: string; signal?: AbortSignal },
): Promise<MlflowCandidate> {
  const { config, mlflow } = connect(ctx, given.signal);
  const name = nameThere(config, given.model);
  for (const [tag, value] of [
    ['leeway.training', given.training],
    ['leeway.run_id', given.run],
  ] as const) {
    const found = await findByTag(mlflow, name, tag, value);
    if (found.length === 1) return fetchCandidate(ctx, mlflow, found[0]!, given.into);
    if (found.length > 1) {
      const names = found.map(({ reference }) => reference).slice(0, 10);
      throw new LeewayError('ambiguous_candidate', `at MLflow ${tag}=${value} is on ${names.join(', ')}`);
    }
  }
  throw new LeewayError(
    'no_candidate',
    `at MLflow no version of ${name} and no logged model has the tag leeway.training=${given.training}`,
  );
}

/** Fetches a version that the trainer itself has named. @throws LeewayError `no_candidate`, `mlflow_failed`. */
export async function fetchMlflowVersion(
  ctx: Pick<Context, 'config'> & { outbound: Outbound },
  given: { name: string; version: string; into: string; signal?: AbortSignal },
): Promise<MlflowCandidate> {
  const { mlflow } = connect(ctx, given.signal);
  const { name, version } = given;
  try {
    await mlflow.get('mlflow/model-versions/get', { name, version });
  } catch (error) {
    if (!(error instanceof MlflowError) || !error.missing) throw error;
    throw new LeewayError('no_candidate', `MLflow has no version ${version} of ${name}`);
  }
  return fetchCandidate(ctx, mlflow, ofVersion(mlflow, { name, version }), given.into);
}

function connect(ctx: Pick<Context, 'config'> & { outbound: Outbound }, signal?: AbortSignal) {
  const config = ctx.config().registry.mlflow;
  if (!config || config.direction === 'out') {
    throw new LeewayError(
      'no_candidate',
      'the model is said to be at MLflow, and registry.mlflow does not allow to take it',
    );
  }
  return { config, mlflow: mlflowClient(ctx.outbound, config, signal) };
}

interface Found {
  reference: string;
  url: string | null;
  uri(): Promise<string>;
}

async function findByTag(mlflow: Mlflow, name: string, tag: string, value: string): Promise<Found[]> {
  const versions = await mlflow.pages<RemoteVersion>(
    'mlflow/model-versions/search',
    { filter: `name=${quoted(name)} and tags.\`${tag}\`=${quoted(value)}`, max_results: 200 },
    'model_versions',
  );
  // What Leeway has written itself carries the run's id too, and is no candidate.
  const foreign = versions.filter(({ tags }) => !tags?.some(({ key }) => key === 'leeway.version'));
  if (foreign.length > 0) return foreign.map((version) => ofVersion(mlflow, version));
  const runs = await runsByTag(mlflow, tag, value);
  const found: Found[] = [];
  for (const { run, experiment } of runs) {
    const registered = await mlflow.pages<RemoteVersion>(
      'mlflow/model-versions/search',
      { filter: `run_id=${quoted(run)}`, max_results: 200 },
      'model_versions',
    );
    const own = registered.filter((version) => version.name === name);
    if (own.length > 0) found.push(...own.map((version) => ofVersion(mlflow, version)));
    else found.push(...(await loggedModels(mlflow, run, experiment)));
  }
  return found;
}

const ofVersion = (mlflow: Mlflow, { name, version }: Pick<RemoteVersion, 'name' | 'version'>): Found => ({
  reference: `${name}/${version}`,
  url: versionUrl(mlflow.base, name, version),
  uri: () => uriOf(mlflow, name, version),
});

const uriOf = async (mlflow: Mlflow, name: string, version: string): Promise<string> =>
  (await mlflow.get<{ artifact_uri: string }>('mlflow/model-versions/get-download-uri', { name, version }))
    .artifact_uri;

/** Runs with a tag in any experiment, but for those that Leeway has written. */
async function runsByTag(mlflow: Mlflow, tag: string, value: string): Promise<{ run: string; experiment: string }[]> {
  const experiments = await mlflow.pages<{ experiment_id: string }>(
    'mlflow/experiments/search',
    { max_results: 1_000 },
    'experiments',
  );
  const { runs = [] } = await mlflow.post<{
    runs?: { info: { run_id: string; experiment_id: string }; data?: { tags?: { key: string }[] } }[];
  }>('mlflow/runs/search', {
    experiment_ids: experiments.map(({ experiment_id: id }) => id),
    filter: `tags.\`${tag}\` = ${quoted(value)}`,
    max_results: 50,
  });
  return runs
    .filter(({ data }) => !data?.tags?.some(({ key }) => key === 'leeway.url'))
    .map(({ info }) => ({ run: info.run_id, experiment: info.experiment_id }));
}

/** Models of a run that were logged and not registered: MLflow 3 has a list of them, MLflow 2 keeps them in the run's files. */
async function loggedModels(mlflow: Mlflow, run: string, experiment: string): Promise<Found[]> {
  try {
    const { models = [] } = await mlflow.post<{ models?: { info: LoggedModel }[] }>('mlflow/logged-models/search', {
      experiment_ids: [experiment],
      max_results: 50,
      filter: `source_run_id = ${quoted(run)}`,
    });
    const own = models.map(({ info }) => info).filter((info) => info.source_run_id === run);
    if (own.length > 0) {
      return own.map((info) => ({
        reference: `models:/${info.model_id}`,
        url: `${mlflow.base}/#/experiments/${experiment}/models/${info.model_id}`,
        uri: async () => info.artifact_uri,
      }));
    }
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error;
  }
  const { run: found } = await mlflow.get<{ run: { info: { artifact_uri: string } } }>('mlflow/runs/get', {
    run_id: run,
  });
  const root = found.info.artifact_uri;
  const files = await mlflow.listFiles(root);
  const folders = files
    .filter(({ path }) => path.endsWith('/MLmodel'))
    .map(({ path }) => path.slice(0, -'/MLmodel'.length));
  return folders.map((folder) => ({
    reference: `runs:/${run}/${folder}`,
    url: `${mlflow.base}/#/experiments/${experiment}/runs/${run}`,
    uri: async () => `${root}/${folder}`,
  }));
}

interface LoggedModel {
  model_id: string;
  artifact_uri: string;
  source_run_id?: string;
}

async function fetchCandidate(
  ctx: Pick<Context, 'config'>,
  mlflow: Mlflow,
  { reference, url, uri }: Found,
  into: string,
): Promise<MlflowCandidate> {
  const files = await fetchFiles(mlflow, await uri(), into, ctx.config().registry.maxArtifactBytes);
  if (files.length === 0) throw new LeewayError('no_candidate', `at MLflow ${reference} has no files`);
  return { reference, url, files };
}

async function fetchFiles(mlflow: Mlflow, uri: string, into: string, mostBytes: number): Promise<string[]> {
  const files = await mlflow.listFiles(uri);
  let left = mostBytes;
  for (const { path, bytes } of files) {
    await mlflow.download(uri, path, join(into, path), left);
    left -= bytes;
  }
  return files.map(({ path }) => path);
}

/**
 * Fetches the files of a registered version and gives the one that is kept: its .onnx file, or else its only one, or else all of
 * them in one.
 */
export async function downloadModel(
  mlflow: Mlflow,
  { name, version }: Pick<RemoteVersion, 'name' | 'version'>,
  into: string,
  mostBytes: number,
): Promise<{ path: string; format: 'onnx' | 'external' }> {
  const folder = join(into, 'model');
  const files = await fetchFiles(mlflow, await uriOf(mlflow, name, version), folder, mostBytes);
  const onnx = files.filter((file) => file.endsWith('.onnx'));
  if (onnx.length === 1) return { path: join(folder, onnx[0]!), format: 'onnx' };
  if (files.length === 0) throw new LeewayError('no_candidate', `${name}/${version} has no files at MLflow`);
  if (files.length === 1) return { path: join(folder, files[0]!), format: 'external' };
  return { path: await packFolder(folder, join(into, 'model.zip')), format: 'external' };
}
