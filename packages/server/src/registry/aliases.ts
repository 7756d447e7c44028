import { type Alias, type AliasMove, LeewayError } from '@leeway/contract';
import type { Context } from '../context.ts';
import { iso } from '../platform/clock.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import { cardWantedInTx } from './card-wanted.ts';
import { aliasDoubt, CHAMPION, checkAliasName } from './decide/alias-name.ts';
import { changedInTx } from './mlflow/wanted.ts';
import { versionOf } from './versions.ts';

type Given = Pick<Context, 'clock' | 'jobs' | 'config'>;

export interface Move {
  model: string;
  alias: string;
  /** null takes the alias away. */
  version: string | null;
  actor: string;
  reason: string;
}

/**
 * Points an alias to a version and writes its history. Returns where it pointed before. What is there already is no move. The
 * caller records it and holds the lock of the model's versions.
 */
export async function moveAliasInTx(ctx: Given, tx: StoreTx, move: Move): Promise<string | null> {
  const { model, alias, version, actor, reason } = move;
  const before = await aliasOf(tx, model, alias);
  if (before === version) return before;
  const since = ctx.clock.now();
  if (version === null) {
    await tx.deleteFrom('aliases').where('model', '=', model).where('alias', '=', alias).execute();
  } else {
    await tx
      .insertInto('aliases')
      .values({ model, alias, version, since })
      .onConflict((c) => c.columns(['model', 'alias']).doUpdateSet({ version, since }))
      .execute();
  }
  await tx
    .insertInto('aliasMoves')
    .values({ model, alias, fromVersion: before, toVersion: version, at: since, actor, reason })
    .execute();
  await changedInTx(ctx, tx, model);
  for (const [touched, occasion] of [
    [before, `${alias} left it`],
    [version, `it became ${alias}`],
  ] as const) {
    if (touched !== null) await cardWantedInTx(ctx, tx, { model, version: touched, occasion });
  }
  return before;
}

/** Where an alias points; null if there is none of that name. */
export async function aliasOf(db: StoreReader, model: string, alias: string): Promise<string | null> {
  const row = await db
    .selectFrom('aliases')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return row?.version ?? null;
}

export interface AliasChange extends Move {
  /** Where it points now, as far as the caller knows; null: nowhere. It is moved only if that is so. */
  expected: string | null;
}

/**
 * Moves or takes away an alias if it points where the caller believes: of two that believe the same, one moves it. `champion`
 * is not moved here, since another version would serve.
 * @throws LeewayError `alias_moved`, `alias_name`, `unknown_alias`, `unknown_version`.
 */
export async function changeAlias(
  ctx: Context,
  change: AliasChange,
): Promise<{ previous: string | null; warnings: string[] }> {
  const { model, alias, version, expected, actor, reason } = change;
  checkAliasName(alias);
  if (alias === CHAMPION) throw new LeewayError('alias_name', '"champion" is moved by promote and rollback alone');
  return ctx.store.db.transaction().execute(async (tx) => {
    await lockInTx(tx, `versions/${model}`);
    const aliases = await listAliases(tx, model);
    const present = aliases.find((candidate) => candidate.alias === alias)?.version ?? null;
    if (version === null && present === null) throw unknownAlias(model, alias, aliases);
    expectAlias(alias, present, expected);
    if (version !== null) await versionOf(tx, model, version);
    const previous = await moveAliasInTx(ctx, tx, { model, alias, version, actor, reason });
    if (previous !== version) {
      const detail = { alias, from: previous, to: version, reason };
      await ctx.audit.append(tx, actor, version === null ? 'alias.delete' : 'alias.set', model, detail);
      await ctx.events.emit(tx, 'version.changed', model, detail);
    }
    const doubt =
      version === null
        ? null
        : aliasDoubt(
            alias,
            aliases.map((candidate) => candidate.alias),
          );
    return { previous, warnings: doubt === null ? [] : [doubt] };
  });
}

/** @throws LeewayError `alias_moved`, saying what is there. */
export function expectAlias(alias: string, present: string | null, expected: string | null): void {
  if (present === expected) return;
  const where = (version: string | null) => (version === null ? 'no version' : version);
  throw new LeewayError('alias_moved', `"${alias}" points to ${where(present)}, expected ${where(expected)}`, {
    extra: { present },
  });
}

export async function listAliases(db: StoreReader, model: string): Promise<Alias[]> {
  const rows = await db.selectFrom('aliases').selectAll().where('model', '=', model).orderBy('alias').execute();
  return rows.map((row) => ({ ...row, since: iso(row.since) }));
}

/** Every move, newest first. */
export async function aliasHistory(
  db: StoreReader,
  model: string,
  { alias, limit = 200 }: { alias?: string | undefined; limit?: number } = {},
): Promise<AliasMove[]> {
  const rows = await db
    .selectFrom('aliasMoves')
    .selectAll()
    .where('model', '=', model)
    .$if(alias !== undefined, (query) => query.where('alias', '=', alias!))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ fromVersion, toVersion, at, ...row }) => ({
    ...row,
    from: fromVersion,
    to: toVersion,
    at: iso(at),
  }));
}

/** Where the aliases point after these moves, oldest first. What the table says must be the same. */
export function replayAliases(moves: readonly Pick<AliasMove, 'alias' | 'to'>[]): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const { alias, to } of moves) {
    if (to === null) aliases.delete(alias);
    else aliases.set(alias, to);
  }
  return aliases;
}

function unknownAlias(model: string, alias: string, aliases: readonly Alias[]): LeewayError {
  const known = aliases.map((candidate) => candidate.alias).join(', ') || 'none';
  return new LeewayError('unknown_alias', `"${alias}" of ${model}; there are: ${known}`);
}
