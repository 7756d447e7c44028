import type { Dataset, Lineage, Run } from '@leeway/contract';
import type { StoreReader } from '../../store/open.ts';
import { listVersions, versionOf } from '../versions.ts';
import { buildLineage } from './build-lineage.ts';

/** What is asked of other concepts. */
export interface LineagePorts {
  /** A run with its trainings; null where it is not on record any more. */
  runOf(id: string): Promise<Run | null>;
  /** The record of a dataset. */
  datasetOf(hash: string): Promise<Dataset | null>;
}

/** Everything on record of a version, as a graph. @throws LeewayError `unknown_version`. */
export async function lineageOf(db: StoreReader, ports: LineagePorts, model: string, name: string): Promise<Lineage> {
  const version = await versionOf(db, model, name);
  const run = version.run === null ? null : await ports.runOf(version.run);
  const hash = (run?.dataset ?? version.dataset)?.hash;
  const alert =
    run?.alert == null
      ? undefined
      : await db
          .selectFrom('alerts')
          .select(['id', 'rule', 'severity', 'summary', 'firedAt'])
          .where('id', '=', run.alert)
          .executeTakeFirst();
  const servings = await db
    .selectFrom('servings')
    .select(['id', 'version', 'startedAt', 'endedAt', 'endedBy', 'actor', 'reason'])
    .where('model', '=', model)
    .orderBy('startedAt')
    .orderBy('id')
    .execute();
  const children = (await listVersions(db, model)).filter(({ parent }) => parent === name).reverse();
  const dataset = hash === undefined ? null : await ports.datasetOf(hash);
  return buildLineage({ version, run, alert: alert ?? null, dataset, servings, children });
}
