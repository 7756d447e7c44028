import type { Stage, StageNote, VersionInfo } from '@leeway/contract';
import type { Context } from '../context.ts';
import { iso } from '../platform/clock.ts';
import { encode } from '../store/json.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreReader } from '../store/open.ts';
import { changedInTx } from './mlflow/wanted.ts';
import { versionOf } from './versions.ts';

/** What people may say of a version afterwards. Its artifact, its metrics and where it comes from never change. */
export interface Notes {
  description?: string | undefined;
  /** Tags to set; null takes one away. Those that are not named stay. */
  tags?: Record<string, string | null> | undefined;
  stage?: Stage | undefined;
  /** Why it stands there now. */
  note?: string | undefined;
}

/** Writes what somebody says of a version. A stage is a word for people: what serves is said by the alias `champion` alone. */
export async function noteVersion(
  ctx: Context,
  given: { model: string; version: string; actor: string } & Notes,
): Promise<VersionInfo> {
  const { model, version, actor, description, tags, stage, note = '' } = given;
  return ctx.store.db.transaction().execute(async (tx) => {
    await lockInTx(tx, `versions/${model}`);
    const before = await versionOf(tx, model, version);
    if (description !== undefined || tags !== undefined) {
      const all: Record<string, string | null> = { ...before.tags, ...tags };
      const kept = Object.fromEntries(
        Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
      );
      await tx
        .updateTable('versions')
        .set({ tags: encode(kept), description: description ?? before.description })
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
    }
    if (stage !== undefined) {
      await tx.insertInto('stageNotes').values({ model, version, stage, note, actor, at: ctx.clock.now() }).execute();
    }
    const detail = { version, ...(description !== undefined && { description }), ...(tags && { tags }) };
    const staged = stage === undefined ? {} : { stage, note };
    await ctx.audit.append(tx, actor, 'version.note', model, { ...detail, ...staged });
    await ctx.events.emit(tx, 'version.changed', model, { version });
    await changedInTx(ctx, tx, model);
    return versionOf(tx, model, version);
  });
}

/** Where a version stood, newest first. */
export async function stageNotes(db: StoreReader, model: string, version: string): Promise<StageNote[]> {
  const rows = await db
    .selectFrom('stageNotes')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(({ stage, note, actor, at }) => ({ stage: stage as Stage, note, actor, at: iso(at) }));
}
