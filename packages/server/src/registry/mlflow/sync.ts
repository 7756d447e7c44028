import { durationMs, type MlflowConfig, type Run, type VersionInfo } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { encode } from '../../store/json.ts';
import type { StoreReader } from '../../store/open.ts';
import { listAliases } from '../aliases.ts';
import type { CheckArtifact } from '../register.ts';
import { listVersions } from '../versions.ts';
import { type Mlflow, mlflowClient } from './client.ts';
import { type AliasState, decideAliases, nearMisses } from './decide-aliases.ts';
import { importVersions } from './import.ts';
import { nameThere, versionUrl } from './names.ts';
import {
  ensureModel,
  experimentId,
  pushRun,
  pushTags,
  pushVersion,
  type RemoteRun,
  type RemoteVersion,
  remoteVersions,
  tagOf,
} from './push.ts';
import { versionTags } from './to-mlflow.ts';
import { changedInTx, MLFLOW_SYNC } from './wanted.ts';

const MLFLOW_POLL = 'mlflow-poll';

export interface MlflowContext extends Context {
  outbound: Outbound;
}

/** What is asked of retraining. */
export interface MlflowPorts {
  runsOf(model: string): Promise<Run[]>;
  checkArtifact: CheckArtifact;
}

/**
 * Keeps MLflow in step: every change of runs, versions and aliases asks for a job in its own transaction, so that none is lost and
 * none waits for MLflow. The job brings over whatever is missing; a look from time to time finds what was changed there.
 */
export function registerMlflow(ctx: MlflowContext, ports: MlflowPorts) {
  const inConfig = (model: string) => ctx.config().models.some(({ name }) => name === model);

  ctx.jobs.define<{ model: string }>(MLFLOW_SYNC, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(5_000, 300_000),
    handler: async ({ payload: { model }, signal }) => {
      const config = ctx.config().registry.mlflow;
      if (!config || config.direction === 'in' || !inConfig(model)) return undefined;
      const before = await stateOf(ctx.store.db, model);
      const wanted = before?.wanted ?? 0;
      const startedAt = ctx.clock.now();
      try {
        const mlflow = mlflowClient(ctx.outbound, config, signal);
        const changed = wanted > (before?.done ?? 0);
        const drift = await bringOver(ctx, ports, mlflow, config, model, { changed, since: before?.syncedAt ?? null });
        return async (tx) => {
          const row = await tx
            .updateTable('mlflowSyncs')
            // What was found is told until something of ours changes.
            .set({
              done: wanted,
              syncedAt: startedAt,
              error: null,
              ...((changed || drift.length > 0) && { drift: encode(drift) }),
            })
            .where('model', '=', model)
            .returning('wanted')
            .executeTakeFirst();
          // Changed while the job was under way, when no second one could be asked for.
          if (row && row.wanted > wanted) await enqueueSync(ctx, tx, model);
        };
      } catch (error) {
        signal.throwIfAborted();
        const text = error instanceof Error ? error.message : String(error);
        await ctx.store.db.updateTable('mlflowSyncs').set({ error: text }).where('model', '=', model).execute();
        throw error;
      }
    },
  });

  const schedulePoll = (db: StoreReader, runAt: number) =>
    ctx.jobs.enqueue(db, { kind: MLFLOW_POLL, key: MLFLOW_POLL, payload: {}, runAt });
  ctx.jobs.define<object>(MLFLOW_POLL, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(5_000, 300_000),
    handler: async ({ signal }) => {
      const config = ctx.config().registry.mlflow;
      if (!config) return undefined;
      const models = ctx.config().models.map(({ name }) => name);
      if (config.direction !== 'out' && config.import) {
        for (const model of models) {
          await importVersions(
            ctx,
            mlflowClient(ctx.outbound, config, signal),
            config,
            model,
            'leeway',
            ports.checkArtifact,
          ).catch((err: unknown) => {
            signal.throwIfAborted();
            ctx.log.warn({ err, model }, 'versions could not be taken over from MLflow');
          });
        }
      }
      return async (tx) => {
        if (config.direction !== 'in') {
          for (const model of models) {
            // The first look at a model writes what it has had before MLflow was configured.
            if (await stateOf(tx, model)) await enqueueSync(ctx, tx, model);
            else await changedInTx(ctx, tx, model);
          }
        }
        await schedulePoll(tx, ctx.clock.now() + durationMs(config.poll));
      };
    },
  });

  return {
    /** To be called when a configuration comes into force; safe to repeat. */
    async schedule(db: StoreReader): Promise<void> {
      if (ctx.config().registry.mlflow) await schedulePoll(db, ctx.clock.now());
    },
    /** Has it looked at again soon, since a webhook says that something has changed. */
    async hint(db: StoreReader): Promise<void> {
      await db
        .updateTable('jobs')
        .set({ runAt: ctx.clock.now() })
        .where('kind', '=', MLFLOW_POLL)
        .where('state', '=', 'queued')
        .where('runAt', '>', ctx.clock.now())
        .execute();
      await schedulePoll(db, ctx.clock.now());
    },
  };
}

const enqueueSync = (ctx: Pick<Context, 'jobs' | 'clock'>, db: StoreReader, model: string) =>
  ctx.jobs.enqueue(db, {
    kind: MLFLOW_SYNC,
    key: model,
    lane: `${MLFLOW_SYNC}/${model}`,
    payload: { model },
    runAt: ctx.clock.now(),
  });

const stateOf = (db: StoreReader, model: string) =>
  db.selectFrom('mlflowSyncs').selectAll().where('model', '=', model).executeTakeFirst();

/** Brings over what MLflow lacks of a model. Returns what was found to be different there, and was put right. */
async function bringOver(
  ctx: MlflowContext,
  ports: MlflowPorts,
  mlflow: Mlflow,
  config: MlflowConfig,
  model: string,
  { changed, since }: { changed: boolean; since: number | null },
): Promise<string[]> {
  const { db } = ctx.store;
  const versions = await listVersions(db, model);
  const runs = await ports.runsOf(model);
  if (versions.length === 0 && runs.length === 0) return [];
  const experiment = await experimentId(mlflow, config.experiment);
  const byName = new Map(versions.map((version) => [version.version, version]));
  const unknown = versions.filter((version) => linkOf(version, config, model) === null).reverse();

  const written = new Map<string, RemoteRun>();
  const needed = new Set(unknown.map(({ run }) => run));
  for (const run of runs.toReversed()) {
    if (since !== null && Date.parse(run.updatedAt) < since && !needed.has(run.id)) continue;
    const version = run.challenger === null ? null : (byName.get(run.challenger) ?? null);
    written.set(run.id, await pushRun(mlflow, experiment, run, version, ctx.publicUrl()));
  }

  if (versions.length === 0) return [];
  const name = nameThere(config, model);
  await ensureModel(mlflow, name);
  let present = await remoteVersions(mlflow, name);
  for (const version of unknown) {
    const run = version.run === null ? null : (written.get(version.run) ?? null);
    const upload = config.artifacts === 'upload';
    const number = await pushVersion(ctx, mlflow, { experiment, name, version, run, present, upload });
    await saveLink(ctx, mlflow, model, version.version, name, number);
  }
  const linked = unknown.length === 0 ? versions : await listVersions(db, model);
  if (unknown.length > 0) present = await remoteVersions(mlflow, name);
  for (const remote of present) {
    const version = linked.find((candidate) => linkOf(candidate, config, model) === remote.version);
    if (version && tagOf(remote, 'leeway.version') !== undefined) {
      await pushTags(mlflow, remote, versionTags(version, ctx.publicUrl()));
    }
  }
  return pushAliases(ctx, mlflow, config, model, linked, present, changed);
}

async function pushAliases(
  ctx: MlflowContext,
  mlflow: Mlflow,
  config: MlflowConfig,
  model: string,
  versions: readonly VersionInfo[],
  present: readonly RemoteVersion[],
  changed: boolean,
): Promise<string[]> {
  const name = nameThere(config, model);
  const { registered_model: registered } = await mlflow.get<{
    registered_model: { aliases?: { alias: string; version: string }[] };
  }>('mlflow/registered-models/get', { name });
  const theirs = new Map((registered.aliases ?? []).map(({ alias, version }) => [alias, String(version)]));
  const ours = new Map((await listAliases(ctx.store.db, model)).map(({ alias, version }) => [alias, version]));
  const states = Object.entries(config.aliases).map(([alias, there]): AliasState => {
    const version = versions.find((candidate) => candidate.version === ours.get(alias));
    const at = theirs.get(there) ?? null;
    const remote = present.find((candidate) => candidate.version === at);
    return {
      alias,
      name: there,
      // Of one that was promoted a moment ago and is not there yet, the next turn knows.
      wanted: ours.has(alias) ? ((version && linkOf(version, config, model)) ?? undefined) : null,
      present: at,
      ours: remote !== undefined && tagOf(remote, 'leeway.version') !== undefined,
    };
  });
  const { steps, drift } = decideAliases(states, changed);
  for (const step of steps) {
    if ('set' in step) {
      await mlflow.post('mlflow/registered-models/alias', { name, alias: step.name, version: step.set });
    } else await mlflow.remove('mlflow/registered-models/alias', { name, alias: step.name });
  }
  return [...drift, ...nearMisses(Object.values(config.aliases), [...theirs.keys()])];
}

/** Number at MLflow of a version of ours; null where it is not there. */
function linkOf(version: VersionInfo, config: MlflowConfig, model: string): string | null {
  const prefix = `${nameThere(config, model)}/`;
  const link = version.links.find(({ kind, reference }) => kind === 'mlflow' && reference.startsWith(prefix));
  return link ? link.reference.slice(prefix.length) : null;
}

async function saveLink(
  ctx: Context,
  mlflow: Mlflow,
  model: string,
  version: string,
  name: string,
  number: string,
): Promise<void> {
  await ctx.store.db
    .insertInto('versionLinks')
    .values({
      ...{ model, version, kind: 'mlflow', reference: `${name}/${number}` },
      url: versionUrl(mlflow.base, name, number),
      at: ctx.clock.now(),
    })
    .onConflict((c) => c.columns(['model', 'version', 'kind', 'reference']).doNothing())
    .execute();
}
