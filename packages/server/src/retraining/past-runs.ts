import type { Alert, Cause, DatasetInfo, RunState } from '@leeway/contract';
import { decode, decodeOrNull } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { OpenAlert, PastRun } from './decide/guards.ts';

/** How the decision on a run begins whose place a newer one took, or whose time ran out: nobody has looked at it. */
export const SUPERSEDED = 'superseded by';
export const EXPIRED = 'nobody decided in time';

/** As many runs of the past as a decision looks at; those that changed nothing for long play no part. */
const MOST_PAST = 200;

/** The runs of a model, newest first, as guards look at them. */
export async function pastRuns(db: StoreReader, model: string): Promise<PastRun[]> {
  const rows = await db
    .selectFrom('runs')
    .select(['id', 'state', 'trigger', 'begunAt', 'updatedAt', 'endedAt', 'decision'])
    .where('model', '=', model)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_PAST)
    .execute();
  return rows.map(({ decision, ...row }) => ({
    ...row,
    state: row.state as RunState,
    undecided: decision !== null && [SUPERSEDED, EXPIRED].some((start) => decision.startsWith(start)),
  }));
}

/** End of the data of the last run that learned from any; null before the first. Rows later than this are new. */
export async function lastDataEnd(db: StoreReader, model: string): Promise<number | null> {
  const row = await db
    .selectFrom('runs')
    .select('dataset')
    .where('model', '=', model)
    .where('dataset', 'is not', null)
    .where('state', 'not in', ['failed', 'cancelled'])
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const dataset = decodeOrNull<Pick<DatasetInfo, 'end'>>((row?.dataset ?? null) as string | null);
  return dataset === null ? null : Date.parse(dataset.end);
}

/** Alerts about the quality of the model's data that are not over. */
export async function openQualityAlerts(db: StoreReader, model: string): Promise<OpenAlert[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['id', 'rule', 'state', 'severity', 'metric', 'column', 'slice', 'cause'])
    .where('model', '=', model)
    .where('state', 'in', ['firing', 'recovering'])
    .where('metric', 'like', 'quality.%')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...row,
    state: row.state as Alert['state'],
    severity: row.severity as Alert['severity'],
    cause: decodeOrNull<Cause>(row.cause as string | null),
  }));
}

/** Not the model is bad, but nothing is known of it: training anew would not help. */
export const lacksData = ({ condition }: Alert['labels']): boolean => condition === 'no_data' || condition === 'error';

export interface FiringAlert {
  id: string;
  model: string;
  rule: string;
  summary: string;
  windowEnd: number;
}

/** Alerts of the model that fire for another reason than a lack of data, the oldest first. */
export async function firingAlerts(db: StoreReader, model: string): Promise<FiringAlert[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['id', 'model', 'rule', 'summary', 'labels', 'windowEnd'])
    .where('model', '=', model)
    .where('state', '=', 'firing')
    .orderBy('activeAt')
    .orderBy('id')
    .execute();
  return rows.flatMap(({ labels, ...row }) => (lacksData(decode<Alert['labels']>(labels)) ? [] : [row]));
}
