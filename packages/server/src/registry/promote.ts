import { LeewayError, type VersionInfo } from '@leeway/contract';
import type { Context } from '../context.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreTx } from '../store/open.ts';
import { CHAMPION, championOf, listVersions, versionOf } from './versions.ts';

export interface Change {
  model: string;
  version: string;
  actor: string;
  reason: string;
}

/** Makes a version the champion, in one transaction with its record. What serves is switched by whoever reads the event. */
export async function promoteInTx(
  ctx: Context,
  tx: StoreTx,
  change: Change,
  action: 'promote' | 'rollback' = 'promote',
): Promise<void> {
  const { model, version, actor, reason } = change;
  const now = ctx.clock.now();
  await lockInTx(tx, `versions/${model}`);
  const before = await championOf(tx, model);
  if (before?.version === version) return;
  await tx
    .updateTable('servings')
    .set({ endedAt: now })
    .where('model', '=', model)
    .where('endedAt', 'is', null)
    .execute();
  await tx.insertInto('servings').values({ model, version, startedAt: now, endedAt: null, actor, reason }).execute();
  await tx
    .insertInto('aliases')
    .values({ model, alias: CHAMPION, version, since: now })
    .onConflict((c) => c.columns(['model', 'alias']).doUpdateSet({ version, since: now }))
    .execute();
  const detail = { version, previous: before?.version ?? null, reason };
  await ctx.audit.append(tx, actor, `model.${action}`, model, detail);
  await ctx.events.emit(tx, 'version.promoted', model, { ...detail, action });
}

/**
 * Which version a rollback goes to: the one asked for, if it has served; otherwise the last one that served before the
 * champion. Pure over the versions of one model.
 * @throws LeewayError when there is none to go back to.
 */
export function rollbackTarget(versions: VersionInfo[], asked?: string): string {
  const champion = versions.find((version) => version.aliases.includes(CHAMPION));
  if (asked !== undefined) {
    const target = versions.find((version) => version.version === asked);
    if (!target)
      throw new LeewayError(
        'unknown_version',
        `"${asked}"; there are: ${versions.map((v) => v.version).join(', ') || 'none'}`,
      );
    if (target.served.length === 0) throw new LeewayError('never_served', `${asked} of ${target.model}`);
    return asked;
  }
  const lastEnd = (version: VersionInfo) =>
    version.served.reduce((last, { to }) => (to !== null && to > last ? to : last), '');
  const before = versions
    .filter((version) => version !== champion && version.served.length > 0)
    .sort((a, b) => lastEnd(b).localeCompare(lastEnd(a)))[0];
  if (!before) throw new LeewayError('never_served', 'no version served before the present one');
  return before.version;
}

/** Makes sure that the version can be loaded here, makes it the champion, and returns it. */
export async function promote(
  ctx: Context,
  checkLoads: (version: VersionInfo) => Promise<void>,
  change: Change,
): Promise<VersionInfo> {
  const version = await versionOf(ctx.store.db, change.model, change.version);
  await checkLoads(version);
  await ctx.store.db.transaction().execute((tx) => promoteInTx(ctx, tx, change));
  return versionOf(ctx.store.db, change.model, change.version);
}

/** One call back to a version that has served, checked to load first. */
export async function rollback(
  ctx: Context,
  checkLoads: (version: VersionInfo) => Promise<void>,
  given: { model: string; version?: string | undefined; actor: string; reason: string },
): Promise<VersionInfo> {
  const versions = await listVersions(ctx.store.db, given.model);
  const target = rollbackTarget(versions, given.version);
  await checkLoads(await versionOf(ctx.store.db, given.model, target));
  await ctx.store.db.transaction().execute((tx) => promoteInTx(ctx, tx, { ...given, version: target }, 'rollback'));
  return versionOf(ctx.store.db, given.model, target);
}
