import type { Run, VersionInfo } from '@leeway/contract';

/** Limits of MLflow's API, in characters and entities of one request. */
const LIMITS = { key: 250, param: 6_000, tag: 5_000, batch: 100, digest: 36, datasetName: 500 };

export interface Pair {
  key: string;
  value: string;
}

/** What a run of MLflow has of a run of ours. */
export interface MlflowRun {
  name: string;
  status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';
  startTime: number;
  endTime: number | null;
  params: Pair[];
  metrics: { key: string; value: number }[];
  tags: Pair[];
  dataset: { name: string; digest: string; source: string } | null;
}

const STATUS: Record<Run['state'], MlflowRun['status']> = {
  suggested: 'SCHEDULED',
  queued: 'SCHEDULED',
  preparing: 'RUNNING',
  training: 'RUNNING',
  evaluating: 'RUNNING',
  awaiting_approval: 'FINISHED',
  promoted: 'FINISHED',
  rejected: 'FINISHED',
  vetoed: 'KILLED',
  failed: 'FAILED',
  cancelled: 'KILLED',
};

/** A run as MLflow is told of it. The tag `leeway.run_id` is what it is found again by. Pure. */
export function runToMlflow(run: Run, version: VersionInfo | null, url: string): MlflowRun {
  const gates = run.gates.map(({ type, metric, verdict }) => `${type} ${metric}: ${verdict}`.replace(' :', ':'));
  return {
    name: `${run.model} ${run.id}`,
    status: STATUS[run.state],
    startTime: Date.parse(run.createdAt),
    endTime: run.endedAt === null ? null : Date.parse(run.endedAt),
    params: pairs(version?.params ?? run.params, LIMITS.param),
    metrics: numbers(version?.metrics ?? {}),
    tags: pairs(
      {
        'leeway.run_id': run.id,
        'leeway.model': run.model,
        'leeway.trigger': run.trigger,
        'leeway.reason': run.reason,
        'leeway.state': run.state,
        'leeway.decision': run.decision,
        'leeway.gates': gates.length > 0 ? gates.join('; ') : null,
        'leeway.champion': run.champion,
        'leeway.version': run.challenger,
        'leeway.dataset': run.dataset?.hash ?? null,
        'leeway.url': `${url}/runs/${run.id}`,
        'mlflow.source.git.commit': version?.codeCommit ?? null,
      },
      LIMITS.tag,
    ),
    dataset: run.dataset && {
      name: `${run.model} ${run.dataset.start.slice(0, 10)} to ${run.dataset.end.slice(0, 10)}`.slice(
        0,
        LIMITS.datasetName,
      ),
      digest: run.dataset.hash.slice(0, LIMITS.digest),
      source: JSON.stringify({ hash: run.dataset.hash, start: run.dataset.start, end: run.dataset.end }),
    },
  };
}

/** Tags of a version of MLflow's. `leeway.version` with `leeway.artifact` is what it is found again by. Pure. */
export function versionTags(version: VersionInfo, url: string): Pair[] {
  return pairs(
    {
      ...version.tags,
      'leeway.version': version.version,
      'leeway.model': version.model,
      'leeway.artifact': version.artifact.hash,
      'leeway.run_id': version.run,
      'leeway.parent': version.parent,
      'leeway.dataset': version.dataset?.hash ?? version.datasetReference,
      'leeway.stage': version.stage,
      'leeway.url': `${url}/models/${version.model}/versions`,
    },
    LIMITS.tag,
  );
}

/** A run for a version that came from outside: it holds its numbers and its files. Pure. */
export function versionToMlflow(version: VersionInfo): Omit<MlflowRun, 'dataset'> {
  const at = Date.parse(version.createdAt);
  return {
    name: `${version.model} ${version.version}`,
    status: 'FINISHED',
    startTime: at,
    endTime: at,
    params: pairs(version.params, LIMITS.param),
    metrics: numbers(version.metrics),
    tags: pairs(
      {
        'leeway.version_id': versionId(version),
        'leeway.model': version.model,
        'mlflow.source.git.commit': version.codeCommit,
      },
      LIMITS.tag,
    ),
  };
}

export const versionId = ({ model, version, artifact }: VersionInfo): string =>
  `${model}/${version}/${artifact.hash.slice(0, 16)}`;

/** The file that says to MLflow's libraries how an ONNX file is loaded. */
export function mlmodelFile(version: VersionInfo, createdAt: string): string {
  return [
    'artifact_path: model',
    'flavors:',
    '  onnx:',
    '    code: null',
    '    data: model.onnx',
    '    providers:',
    '    - CPUExecutionProvider',
    '    onnx_session_options: null',
    '  python_function:',
    '    data: model.onnx',
    '    loader_module: mlflow.onnx',
    `model_size_bytes: ${version.artifact.bytes}`,
    `utc_time_created: '${createdAt.slice(0, 23).replace('T', ' ')}'`,
    '',
  ].join('\n');
}

/** MLflow takes letters, digits, "_", "-", ".", " ", ":" and "/" in names of params and metrics. */
const keyOf = (name: string): string => name.replace(/[^\w\-. :/]/g, '_').slice(0, LIMITS.key);

function pairs(values: Record<string, unknown>, most: number): Pair[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text === '' ? [] : [{ key: keyOf(name), value: text.slice(0, most) }];
  });
}

const numbers = (values: Record<string, number | null>): { key: string; value: number }[] =>
  Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [{ key: keyOf(name), value }]));

/** Pieces that fit into one request. */
export function inBatches<T>(all: readonly T[], size = LIMITS.batch): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Of these pairs those that MLflow lacks or has otherwise. */
export const missingPairs = (wanted: readonly Pair[], present: readonly Pair[] = []): Pair[] => {
  const there = new Map(present.map(({ key, value }) => [key, value]));
  return wanted.filter(({ key, value }) => there.get(key) !== value);
};
