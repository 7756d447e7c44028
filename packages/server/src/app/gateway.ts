import { LeewayError, type VersionInfo } from '@leeway/contract';
import { type Context, modelOf } from '../context.ts';
import { warehouseRows } from '../gateway/capture.ts';
import { Gateway, type Servable } from '../gateway/gateway.ts';
import { loadOnnx } from '../gateway/runtime.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { artifactPath } from '../registry/artifacts.ts';
import { championOf, versionOf } from '../registry/versions.ts';

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
      return found.filter((version) => version?.artifact.format === 'onnx').map((version) => servable(ctx, version!));
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

/** @throws LeewayError `not_servable` for a version that is not an ONNX file. */
function servable(ctx: Context, { model, version, artifact }: VersionInfo): Servable {
  if (artifact.format !== 'onnx')
    throw new LeewayError('not_servable', `${model} ${version} is kept as ${artifact.format}`);
  return { version, artifactPath: artifactPath(ctx, artifact.hash) };
}

/** Makes sure that a version can serve: its file is there, loads, and takes the model's features. */
export async function checkServable(ctx: Context, version: VersionInfo): Promise<void> {
  const runner = await loadOnnx(servable(ctx, version).artifactPath, modelOf(ctx, version.model));
  await runner.close();
}
