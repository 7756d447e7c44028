import type { RollbackPlan, VersionInfo } from '@leeway/contract';
import type { Context } from '../context.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreTx } from '../store/open.ts';
import { expectAlias, moveAliasInTx } from './aliases.ts';
import { CHAMPION } from './decide/alias-name.ts';
import { planRollback } from './decide/plan-rollback.ts';
import { championOf, listVersions, versionOf } from './versions.ts';

export interface Change {
  model: string;
  version: string;
  actor: string;
  reason: string;
  /** The champion as the caller knows it, null for none; anything else is refused. Absent: whatever serves. */
  expected?: string | null | undefined;
}

/** Makes sure that a version can be used. @throws LeewayError saying why not. */
export type CheckLoads = (version: VersionInfo) => Promise<void>;

/**
 * Makes a version the champion, in one transaction with its record. What serves is switched by whoever reads the event.
 * @throws LeewayError `alias_moved` when another version serves than expected.
 */
export async function promoteInTx(
  ctx: Context,
  tx: StoreTx,
  change: Change,
  action: 'promote' | 'rollback' = 'promote',
): Promise<void> {
  const { model, version, actor, reason, expected } = change;
  const now = ctx.clock.now();
  await lockInTx(tx, `versions/${model}`);
  const before = await championOf(tx, model);
  if (before?.version === version) return;
  if (expected !== undefined) expectAlias(CHAMPION, before?.version ?? null, expected);
  await tx
    .updateTable('servings')
    .set({ endedAt: now, endedBy: action })
    .where('model', '=', model)
    .where('endedAt', 'is', null)
    .execute();
  await tx.insertInto('servings').values({ model, version, startedAt: now, endedAt: null, actor, reason }).execute();
  await moveAliasInTx(ctx, tx, { model, alias: CHAMPION, version, actor, reason });
  const detail = { version, previous: before?.version ?? null, reason };
  await ctx.audit.append(tx, actor, `model.${action}`, model, detail);
  await ctx.events.emit(tx, 'version.promoted', model, { ...detail, action });
}

/** Makes sure that the version can be loaded here, makes it the champion, and returns it. */
export async function promote(ctx: Context, checkLoads: CheckLoads, change: Change): Promise<VersionInfo> {
  const version = await versionOf(ctx.store.db, change.model, change.version);
  await checkLoads(version);
  await ctx.store.db.transaction().execute((tx) => promoteInTx(ctx, tx, change));
  return versionOf(ctx.store.db, change.model, change.version);
}

/** What a rollback would do, and whether its target loads; nothing is changed. */
export async function previewRollback(
  ctx: Context,
  checkLoads: CheckLoads,
  given: { model: string; version?: string | undefined },
): Promise<RollbackPlan> {
  const versions = await listVersions(ctx.store.db, given.model);
  const plan = planRollback(versions, given.version);
  const target = versions.find(({ version }) => version === plan.to)!;
  const trouble = await checkLoads(target).then(
    () => null,
    (error: Error) => error.message,
  );
  const why = trouble === null ? plan.why : `${plan.why}; but it does not load: ${trouble}`;
  return { model: given.model, ...plan, loads: trouble === null, why };
}

/** One call back to a version that has served, checked to load first. */
export async function rollback(
  ctx: Context,
  checkLoads: CheckLoads,
  given: { model: string; version?: string | undefined; actor: string; reason: string },
): Promise<VersionInfo> {
  const { model, actor, reason } = given;
  const { from, to } = planRollback(await listVersions(ctx.store.db, model), given.version);
  await checkLoads(await versionOf(ctx.store.db, model, to));
  // What was to be left is left: not a version that somebody has promoted meanwhile.
  const change = { model, version: to, actor, reason, expected: from };
  await ctx.store.db.transaction().execute((tx) => promoteInTx(ctx, tx, change, 'rollback'));
  return versionOf(ctx.store.db, model, to);
}
