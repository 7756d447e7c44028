import type { Run, VersionInfo } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { fetchArtifact } from '../artifacts.ts';
import { proxiedPath } from './artifact-paths.ts';
import { type Mlflow, MlflowError, quoted } from './client.ts';
import {
  inBatches,
  type MlflowRun,
  missingPairs,
  mlmodelFile,
  type Pair,
  runToMlflow,
  versionId,
  versionTags,
  versionToMlflow,
} from './to-mlflow.ts';

export interface RemoteRun {
  info: { run_id: string; artifact_uri: string; status: string };
  data?: { params?: Pair[]; metrics?: { key: string; value: number }[]; tags?: Pair[] };
  inputs?: { dataset_inputs?: unknown[] };
}

export interface RemoteVersion {
  name: string;
  version: string;
  source: string;
  run_id?: string;
  description?: string;
  creation_timestamp?: number;
  tags?: Pair[];
  status?: string;
}

/** Id of an experiment; it is made if it is not there. */
export async function experimentId(mlflow: Mlflow, name: string): Promise<string> {
  const find = () =>
    mlflow.get<{ experiment: { experiment_id: string } }>('mlflow/experiments/get-by-name', { experiment_name: name });
  try {
    return (await find()).experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof MlflowError) || !error.missing) throw error;
  }
  try {
    const made = await mlflow.post<{ experiment_id: string }>('mlflow/experiments/create', { name });
    return made.experiment_id;
  } catch (error) {
    // Another one was faster.
    if (!(error instanceof MlflowError) || error.mlflowCode !== 'RESOURCE_ALREADY_EXISTS') throw error;
    return (await find()).experiment.experiment_id;
  }
}

/** Writes a run of ours to MLflow: found again by its tag, so that twice gives one. */
export async function pushRun(
  mlflow: Mlflow,
  experiment: string,
  run: Run,
  version: VersionInfo | null,
  url: string,
): Promise<RemoteRun> {
  return writeRun(mlflow, experiment, ['leeway.run_id', run.id], runToMlflow(run, version, url));
}

async function writeRun(
  mlflow: Mlflow,
  experiment: string,
  [tag, value]: [string, string],
  wanted: Omit<MlflowRun, 'dataset'> & { dataset?: MlflowRun['dataset'] },
): Promise<RemoteRun> {
  const { runs: [present] = [] } = await mlflow.post<{ runs?: RemoteRun[] }>('mlflow/runs/search', {
    experiment_ids: [experiment],
    filter: `tags.\`${tag}\` = ${quoted(value)}`,
    max_results: 1,
  });
  const remote =
    present ??
    (
      await mlflow.post<{ run: RemoteRun }>('mlflow/runs/create', {
        experiment_id: experiment,
        run_name: wanted.name,
        start_time: wanted.startTime,
        // Found again by this one even if nothing else gets through.
        tags: [{ key: tag, value }],
      })
    ).run;
  const run_id = remote.info.run_id;
  const known = new Set(remote.data?.params?.map(({ key }) => key));
  // A param never changes there.
  for (const params of inBatches(wanted.params.filter(({ key }) => !known.has(key)))) {
    await mlflow.post('mlflow/runs/log-batch', { run_id, params });
  }
  const values = new Map(remote.data?.metrics?.map(({ key, value: number }) => [key, number]));
  const timestamp = wanted.endTime ?? wanted.startTime;
  const metrics = wanted.metrics.filter(({ key, value: number }) => values.get(key) !== number);
  for (const batch of inBatches(metrics, 1_000)) {
    const stamped = batch.map((metric) => ({ ...metric, timestamp, step: 0 }));
    await mlflow.post('mlflow/runs/log-batch', { run_id, metrics: stamped });
  }
  for (const tags of inBatches(missingPairs(wanted.tags, remote.data?.tags))) {
    await mlflow.post('mlflow/runs/log-batch', { run_id, tags });
  }
  if (wanted.dataset && (remote.inputs?.dataset_inputs ?? []).length === 0) {
    const dataset = { ...wanted.dataset, source_type: 'leeway' };
    const context = [{ key: 'mlflow.data.context', value: 'training' }];
    await mlflow.post('mlflow/runs/log-inputs', { run_id, datasets: [{ dataset, tags: context }] });
  }
  if (remote.info.status !== wanted.status) {
    const end = wanted.endTime === null ? {} : { end_time: wanted.endTime };
    await mlflow.post('mlflow/runs/update', { run_id, status: wanted.status, ...end });
  }
  return remote;
}

/** Makes sure that there is a registered model of the name. */
export async function ensureModel(mlflow: Mlflow, name: string): Promise<void> {
  try {
    await mlflow.post('mlflow/registered-models/create', { name });
  } catch (error) {
    if (!(error instanceof MlflowError) || error.mlflowCode !== 'RESOURCE_ALREADY_EXISTS') throw error;
  }
}

export const remoteVersions = (mlflow: Mlflow, name: string): Promise<RemoteVersion[]> =>
  mlflow.pages<RemoteVersion>(
    'mlflow/model-versions/search',
    { filter: `name=${quoted(name)}`, max_results: 200 },
    'model_versions',
  );

export const tagOf = (remote: { tags?: Pair[] }, key: string): string | undefined =>
  remote.tags?.find((tag) => tag.key === key)?.value;

/** Registers a version of ours at MLflow, with its file where the server serves artifacts. Returns the number it has there. */
export async function pushVersion(
  ctx: Context,
  mlflow: Mlflow,
  given: {
    experiment: string;
    name: string;
    version: VersionInfo;
    run: RemoteRun | null;
    present: readonly RemoteVersion[];
    upload: boolean;
  },
): Promise<string> {
  const { experiment, name, version, present, upload } = given;
  const twin = present.find(
    (remote) =>
      tagOf(remote, 'leeway.version') === version.version && tagOf(remote, 'leeway.artifact') === version.artifact.hash,
  );
  if (twin) return twin.version;
  const run =
    given.run ??
    (await writeRun(mlflow, experiment, ['leeway.version_id', versionId(version)], versionToMlflow(version)));
  const folder = `leeway/${version.version}`;
  const served = proxiedPath(run.info.artifact_uri, mlflow.base) !== null;
  if (upload && served && version.artifact.deletedAt === null) {
    const file = await fetchArtifact(ctx, version.artifact.hash);
    const onnx = version.artifact.format === 'onnx';
    await mlflow.upload(run.info.artifact_uri, `${folder}/${onnx ? 'model.onnx' : 'model.bin'}`, { file });
    if (onnx) {
      const text = mlmodelFile(version, version.createdAt);
      await mlflow.upload(run.info.artifact_uri, `${folder}/MLmodel`, { text });
    }
  }
  // MLflow takes no address of ours as a source, only what lies among the artifacts of the run.
  const made = await mlflow.post<{ model_version: RemoteVersion }>('mlflow/model-versions/create', {
    name,
    source: `${run.info.artifact_uri}/${folder}`,
    run_id: run.info.run_id,
    description: version.description,
    tags: versionTags(version, ctx.publicUrl()),
  });
  return made.model_version.version;
}

/** Sets the tags that changed since: stage, and what people have written. */
export async function pushTags(mlflow: Mlflow, remote: RemoteVersion, wanted: readonly Pair[]): Promise<void> {
  for (const { key, value } of missingPairs(wanted, remote.tags)) {
    await mlflow.post('mlflow/model-versions/set-tag', { name: remote.name, version: remote.version, key, value });
  }
}
