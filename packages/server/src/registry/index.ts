import {
  type Dataset,
  LeewayError,
  type MlflowStatus,
  type NewVersionRequest,
  type Run,
  type Stage,
} from '@leeway/contract';
import type { Context } from '../context.ts';
import { isoOrNull } from '../platform/clock.ts';
import type { Outbound } from '../platform/outbound.ts';
import { decode } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import { type AliasChange, changeAlias } from './aliases.ts';
import { diffOf } from './diff.ts';
import { collectGarbage, registerCollection } from './gc/index.ts';
import { lineageOf } from './lineage/read-lineage.ts';
import { mlflowClient } from './mlflow/client.ts';
import { importVersions } from './mlflow/import.ts';
import { nameThere } from './mlflow/names.ts';
import { registerMlflow } from './mlflow/sync.ts';
import { type Notes, noteVersion } from './notes.ts';
import { type CheckArtifact, receiveArtifact, registerFromOutside } from './register.ts';

/** What is asked of other concepts. */
export interface RegistryPorts {
  outbound: Outbound;
  checkArtifact: CheckArtifact;
  /** A run with its trainings; null where it is not on record. */
  runOf(id: string): Promise<Run | null>;
  /** The record of a dataset; null where there is none. */
  datasetOf(hash: string): Promise<Dataset | null>;
  /** Runs of a model, newest first. */
  runsOf(model: string): Promise<Run[]>;
}

export type Registry = ReturnType<typeof registerRegistry>;

/** The registry: defines its jobs and gives its verbs. Once per process, before the jobs start. */
export function registerRegistry(base: Context, ports: RegistryPorts) {
  const ctx = { ...base, outbound: ports.outbound };
  const collection = registerCollection(ctx);
  const mlflow = registerMlflow(ctx, ports);
  return {
    receiveArtifact: (body: AsyncIterable<Buffer>, expected?: string) => receiveArtifact(ctx, body, expected),
    register: (given: NewVersionRequest & { model: string; actor: string }) =>
      registerFromOutside(ctx, ports.checkArtifact, given),
    note: (given: { model: string; version: string; actor: string; stage?: Stage | undefined } & Notes) =>
      noteVersion(ctx, given),
    changeAlias: (change: AliasChange) => changeAlias(ctx, change),
    lineage: (model: string, version: string) => lineageOf(ctx.store.db, ports, model, version),
    diff: (model: string, a: string, b: string) => diffOf(ctx, ports, model, a, b),
    collectGarbage: (given: { dryRun: boolean; actor: string }) => collectGarbage(ctx, given),
    importFromMlflow: async (model: string, actor: string) => {
      const config = ctx.config().registry.mlflow;
      if (!config || config.direction === 'out') {
        throw new LeewayError('mlflow_failed', 'registry.mlflow is not configured to be read (direction: in or both)');
      }
      return importVersions(ctx, mlflowClient(ctx.outbound, config), config, model, actor, ports.checkArtifact);
    },
    mlflowStatus: (): Promise<MlflowStatus[]> => mlflowStatus(ctx),
    /** Has MLflow looked at soon. */
    mlflowHint: () => mlflow.hint(ctx.store.db),
    /** To be called at start, and in the transaction that applies a configuration. */
    async schedule(db: StoreReader): Promise<void> {
      await collection.schedule(db);
      await mlflow.schedule(db);
    },
  };
}

async function mlflowStatus(ctx: Context): Promise<MlflowStatus[]> {
  const config = ctx.config().registry.mlflow;
  if (!config) return [];
  const rows = await ctx.store.db.selectFrom('mlflowSyncs').selectAll().orderBy('model').execute();
  return rows.map((row) => ({
    model: row.model,
    name: nameThere(config, row.model),
    pending: row.wanted > row.done,
    syncedAt: isoOrNull(row.syncedAt),
    error: row.error,
    drift: decode<string[]>(row.drift as string),
  }));
}
