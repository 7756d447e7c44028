import { stat } from 'node:fs/promises';
import { LeewayError, type VersionInfo } from '@leeway/contract';
import { type Context, modelOf } from '../context.ts';
import { warehouseRows } from '../gateway/capture.ts';
import { Gateway, type Servable } from '../gateway/gateway.ts';
import { loadOnnx } from '../gateway/runtime.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { fetchArtifact } from '../registry/artifacts.ts';
import { championOf, versionOf } from '../registry/versions.ts';
import { loadPrepared, preprocessingOf } from '../retraining/preprocessing/prepared-model.ts';

/** The gateway over this server's registry, warehouse and configuration. */
export function createGateway(ctx: Context, ingest: Ingest): Gateway {
  const { db } = ctx.store;
  return new Gateway({
    model: (name) => modelOf(ctx, name),
    champion: async (name) => {
      const champion = await championOf(db, name);
      return champion?.artifact.format === 'onnx' ? servable(ctx, champion) : null;
    },
    shadows: async (name) => {
      const found = await Promise.all(
        modelOf(ctx, name).rollout.shadow.map((version) => versionOf(db, name, version).catch(() => null)),
      );
      const loadable = found.filter((version) => version?.artifact.format === 'onnx');
      return Promise.all(loadable.map((version) => servable(ctx, version!)));
    },
    version: async (name, version) => servable(ctx, await versionOf(db, name, version)),
    capture: async (name, captures) => {
      const model = modelOf(ctx, name);
      const received = ctx.clock.now();
      await ingest.captured(
        name,
        captures.flatMap((captured) => warehouseRows(model, captured, received)),
      );
    },
    clock: ctx.clock,
    log: ctx.log,
  });
}

type Loadable = Pick<VersionInfo, 'model' | 'version' | 'artifact'> & Partial<Pick<VersionInfo, 'dataset'>>;

/** @throws LeewayError `not_servable` for a version that is not an ONNX file. */
async function servable(ctx: Context, { model, version, artifact, dataset = null }: Loadable): Promise<Servable> {
  if (artifact.format !== 'onnx')
    throw new LeewayError('not_servable', `${model} ${version} is kept as ${artifact.format}`);
  const fitted = await preprocessingOf(ctx.store.db, { dataset });
  return {
    version,
    artifactPath: await fetchArtifact(ctx, artifact.hash),
    ...(fitted && { loadWith: (load, path, config) => loadPrepared(load, path, config, fitted) }),
  };
}

/**
 * Makes sure that a version can serve: its file is there, loads, and takes the model's features. What is no ONNX file is served
 * elsewhere: of that only the file is looked for.
 */
export async function checkServable(ctx: Context, version: Loadable): Promise<void> {
  const { model, artifact } = version;
  const which = `${model} ${version.version}`;
  if (artifact.deletedAt !== null) throw new LeewayError('artifact_deleted', `${which}, on ${artifact.deletedAt}`);
  const file = await stat(await fetchArtifact(ctx, artifact.hash));
  if (file.size !== artifact.bytes) {
    throw new LeewayError('broken_model', `the file of ${which} has ${file.size} bytes; expected ${artifact.bytes}`);
  }
  if (artifact.format !== 'onnx') return;
  const { artifactPath, loadWith } = await servable(ctx, version);
  const config = modelOf(ctx, version.model);
  const runner = await (loadWith ? loadWith(loadOnnx, artifactPath, config) : loadOnnx(artifactPath, config));
  await runner.close();
}
