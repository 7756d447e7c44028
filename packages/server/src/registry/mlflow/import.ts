import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeewayError, type MlflowConfig, NewVersionRequest } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { storeArtifact } from '../artifacts.ts';
import { type CheckArtifact, registerFromOutside } from '../register.ts';
import { listVersions } from '../versions.ts';
import { downloadModel } from './candidate.ts';
import type { Mlflow } from './client.ts';
import { nameThere, versionUrl } from './names.ts';
import { type RemoteRun, type RemoteVersion, remoteVersions, tagOf } from './push.ts';

export interface Imported {
  /** Names here, oldest first. */
  versions: string[];
  /** What was left there, and why. */
  left: { reference: string; why: string }[];
}

/**
 * Takes over the versions of a registered model that are not here yet, in their order. Those that we have written there ourselves,
 * and those that a run of ours has made, are left. Which one serves is not taken over: that is said here.
 */
export async function importVersions(
  ctx: Context,
  mlflow: Mlflow,
  config: MlflowConfig,
  model: string,
  actor: string,
  checkArtifact: CheckArtifact = async () => {},
): Promise<Imported> {
  const name = nameThere(config, model);
  const known = new Set(
    (await listVersions(ctx.store.db, model)).flatMap(({ links }) => links.map(({ reference }) => reference)),
  );
  const remote = await remoteVersions(mlflow, name);
  const result: Imported = { versions: [], left: [] };
  for (const version of remote.toSorted((a, b) => Number(a.version) - Number(b.version))) {
    const reference = `${name}/${version.version}`;
    if (known.has(reference)) continue;
    const why = whyNot(version);
    if (why !== null) {
      result.left.push({ reference, why });
      continue;
    }
    try {
      result.versions.push(
        await importVersion(ctx, mlflow, config, { model, reference, version, actor, checkArtifact }),
      );
    } catch (error) {
      if (!(error instanceof LeewayError) || error.code === 'internal') throw error;
      result.left.push({ reference, why: error.message });
    }
  }
  return result;
}

function whyNot(version: RemoteVersion): string | null {
  if (tagOf(version, 'leeway.version') !== undefined) return 'it was written by Leeway';
  if (tagOf(version, 'leeway.training') !== undefined) return 'a run of Leeway has made it';
  return version.status === undefined || version.status === 'READY' ? null : `it is ${version.status}`;
}

async function importVersion(
  ctx: Context,
  mlflow: Mlflow,
  config: MlflowConfig,
  given: { model: string; reference: string; version: RemoteVersion; actor: string; checkArtifact: CheckArtifact },
): Promise<string> {
  const { model, reference, version, actor, checkArtifact } = given;
  const uploads = join(ctx.dataDir, 'uploads');
  await mkdir(uploads, { recursive: true });
  const folder = await mkdtemp(join(uploads, 'mlflow-'));
  try {
    const { path, format } = await downloadModel(mlflow, version, folder, ctx.config().registry.maxArtifactBytes);
    const { hash } = await storeArtifact(ctx, path);
    const run = version.run_id ? await runOf(mlflow, version.run_id) : null;
    const request = NewVersionRequest.parse({
      artifact: hash,
      format,
      key: `mlflow:${config.url}/${reference}`.slice(-200),
      metrics: readMetrics(config, run?.data?.metrics ?? []),
      params: Object.fromEntries((run?.data?.params ?? []).map(({ key, value }) => [key, value])),
      tags: Object.fromEntries(
        (version.tags ?? []).map(({ key, value }) => [key.slice(0, 200), value.slice(0, 5_000)]),
      ),
      description: (version.description ?? '').slice(0, 20_000),
      codeCommit: run?.data?.tags?.find(({ key }) => key === 'mlflow.source.git.commit')?.value,
    });
    const { version: made } = await registerFromOutside(ctx, checkArtifact, { ...request, model, actor });
    const number = version.version;
    await ctx.store.db
      .insertInto('versionLinks')
      .values({
        ...{ model, version: made.version, kind: 'mlflow', reference },
        url: versionUrl(mlflow.base, version.name, number),
        at: ctx.clock.now(),
      })
      .onConflict((c) => c.columns(['model', 'version', 'kind', 'reference']).doNothing())
      .execute();
    return made.version;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const runOf = async (mlflow: Mlflow, run: string): Promise<RemoteRun> =>
  (await mlflow.get<{ run: RemoteRun }>('mlflow/runs/get', { run_id: run })).run;

/** Metrics as they are called here, with their sign put right. What is no number is left out. */
export function readMetrics(
  { metrics }: Pick<MlflowConfig, 'metrics'>,
  found: readonly { key: string; value: number | string }[],
): Record<string, number> {
  return Object.fromEntries(
    found.flatMap(({ key, value }) => {
      const { as = key, sign = 1 } = metrics[key] ?? {};
      const number = sign * Number(value);
      // Without the minus of a zero that was turned.
      return Number.isFinite(number) ? [[as, number === 0 ? 0 : number]] : [];
    }),
  );
}
