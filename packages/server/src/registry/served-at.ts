import type { ServedAt } from '@leeway/contract';
import { iso, isoOrNull } from '../platform/clock.ts';
import type { StoreReader } from '../store/open.ts';

/** Which version served at a time, since when and by whom. Nothing is said of times before the first one: then none served. */
export async function servedAt(db: StoreReader, model: string, at: number): Promise<ServedAt> {
  const row = await db
    .selectFrom('servings')
    .selectAll()
    .where('model', '=', model)
    .where('startedAt', '<=', at)
    .where((e) => e.or([e('endedAt', 'is', null), e('endedAt', '>', at)]))
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return {
    at: iso(at),
    version: row?.version ?? null,
    from: isoOrNull(row?.startedAt ?? null),
    to: isoOrNull(row?.endedAt ?? null),
    actor: row?.actor ?? null,
    reason: row?.reason ?? null,
  };
}
