import type { VersionDiff, VersionInfo } from '@leeway/contract';
import { performanceMetrics } from '@leeway/stats';
import type { Context } from '../context.ts';
import { modelOf } from '../context.ts';
import { fetchArtifact } from './artifacts.ts';
import { type Better, type DiffSide, diffVersions } from './decide/diff-versions.ts';
import type { LineagePorts } from './lineage/read-lineage.ts';
import { versionOf } from './versions.ts';

/** What differs between two versions of a model. @throws LeewayError `unknown_version`. */
export async function diffOf(
  ctx: Context,
  ports: LineagePorts,
  model: string,
  a: string,
  b: string,
): Promise<VersionDiff> {
  const { db } = ctx.store;
  const sides = await Promise.all([a, b].map(async (name) => sideOf(ctx, ports, await versionOf(db, model, name))));
  return diffVersions(sides[0]!, sides[1]!, betterOf(ctx, model));
}

async function sideOf(ctx: Context, ports: LineagePorts, version: VersionInfo): Promise<DiffSide> {
  const run = version.run === null ? null : await ports.runOf(version.run);
  const hash = version.dataset?.hash;
  return {
    version,
    dataset: hash === undefined ? null : await ports.datasetOf(hash),
    gates: run?.gates ?? [],
    comparedWith: run?.champion ?? null,
    signature: await signatureOf(ctx, version),
  };
}

/** Which way a metric is better: as Leeway knows it, or as the configuration says of what comes from MLflow. */
function betterOf(ctx: Context, model: string): Better {
  const known = new Map<string, ReturnType<Better>>(
    performanceMetrics[modelOf(ctx, model).task].map(({ id, better }) => [id, better]),
  );
  for (const [name, { as, goal }] of Object.entries(ctx.config().registry.mlflow?.metrics ?? {})) {
    if (goal !== undefined) known.set(as ?? name, goal === 'maximize' ? 'higher' : 'lower');
  }
  return (metric) => known.get(metric) ?? null;
}

async function signatureOf(ctx: Context, { artifact }: VersionInfo): Promise<Record<string, string> | null> {
  if (artifact.format !== 'onnx' || artifact.deletedAt !== null) return null;
  const ort = await import('onnxruntime-node');
  try {
    const session = await ort.InferenceSession.create(await fetchArtifact(ctx, artifact.hash), { logSeverityLevel: 3 });
    try {
      return Object.fromEntries([
        ...session.inputMetadata.map((input) => [`input ${input.name}`, describe(input)]),
        ...session.outputMetadata.map((output) => [`output ${output.name}`, describe(output)]),
      ]);
    } finally {
      await session.release();
    }
  } catch (error) {
    ctx.log.warn({ err: error, artifact: artifact.hash }, 'the signature of a version could not be read');
    return null;
  }
}

function describe(value: { isTensor: boolean; type?: string; shape?: readonly (number | string)[] }): string {
  return value.isTensor ? `${value.type}[${(value.shape ?? []).join(', ')}]` : 'no tensor';
}
