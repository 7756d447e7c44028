import { createHash, randomBytes } from 'node:crypto';
import { LeewayError } from '@leeway/contract';
import type { Context } from '../context.ts';
import { iso, isoOrNull } from '../platform/clock.ts';
import type { StoreReader } from '../store/open.ts';
import { isRole, type Role } from './roles.ts';

/** Who calls. */
export interface Caller {
  actor: string;
  role: Role;
}

/** `api` tokens are for programs; a `session` is a browser's cookie; a `login` code is good once, for a session. */
type Kind = 'api' | 'session' | 'login';

const SESSION_MS = 30 * 86_400_000;
const LOGIN_MS = 86_400_000;

/** Only the hash is kept: a token is 256 random bits, so a plain hash can't be searched. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

async function mint(
  db: StoreReader,
  ctx: Context,
  given: { name: string; role: Role; kind: Kind; expiresAt: number | null },
): Promise<string> {
  const token = `lw_${randomBytes(32).toString('base64url')}`;
  await db
    .insertInto('tokens')
    .values({
      id: ctx.newId('tok'),
      name: given.name,
      role: given.role,
      kind: given.kind,
      hash: hashOf(token),
      createdAt: Date.now(),
      expiresAt: given.expiresAt,
    })
    .execute();
  return token;
}

/** Makes a token for a program. It is shown this once. */
export async function createToken(ctx: Context, actor: string, given: { name: string; role: string }): Promise<string> {
  const { name, role } = given;
  if (!isRole(role))
    throw new LeewayError('invalid_request', `role "${role}"; expected admin, operator, viewer or service`);
  return ctx.store.db.transaction().execute(async (tx) => {
    await ctx.audit.append(tx, actor, 'token.create', name, { role });
    return mint(tx, ctx, { name, role, kind: 'api', expiresAt: null });
  });
}

export async function listTokens(db: StoreReader) {
  const rows = await db
    .selectFrom('tokens')
    .select(['id', 'name', 'role', 'createdAt', 'expiresAt'])
    .where('kind', '=', 'api')
    .orderBy('createdAt')
    .execute();
  return rows.map((row) => ({ ...row, createdAt: iso(row.createdAt), expiresAt: isoOrNull(row.expiresAt) }));
}

export async function revokeToken(ctx: Context, actor: string, id: string): Promise<void> {
  await ctx.store.db.transaction().execute(async (tx) => {
    const gone = await tx
      .deleteFrom('tokens')
      .where('id', '=', id)
      .where('kind', '=', 'api')
      .returning('name')
      .executeTakeFirst();
    if (!gone) throw new LeewayError('not_found', `there is no token ${id}`);
    await ctx.audit.append(tx, actor, 'token.revoke', gone.name, { id });
  });
  known.get(ctx.store.db)?.clear();
}

/** A code for a login link: good once, for a day. */
export const createLoginCode = (ctx: Context): Promise<string> =>
  mint(ctx.store.db, ctx, { name: 'admin', role: 'admin', kind: 'login', expiresAt: Date.now() + LOGIN_MS });

/** Exchanges a login code, or a token, for a session. Null if it is not good. */
export async function openSession(
  ctx: Context,
  given: string,
): Promise<{ session: string; caller: Caller; expiresAt: number } | null> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('tokens').selectAll().where('hash', '=', hashOf(given)).executeTakeFirst();
    if (!row || row.kind === 'session' || (row.expiresAt !== null && row.expiresAt < Date.now())) return null;
    if (row.kind === 'login') await tx.deleteFrom('tokens').where('id', '=', row.id).execute();
    const expiresAt = Date.now() + SESSION_MS;
    const caller = { actor: row.name, role: row.role as Role };
    const session = await mint(tx, ctx, { name: row.name, role: caller.role, kind: 'session', expiresAt });
    await ctx.audit.append(tx, row.name, 'session.open', row.name, {});
    return { session, caller, expiresAt };
  });
}

export async function closeSession(db: StoreReader, session: string): Promise<void> {
  const hash = hashOf(session);
  await db.deleteFrom('tokens').where('hash', '=', hash).where('kind', '=', 'session').execute();
  known.get(db)?.delete(hash);
}

const known = new WeakMap<StoreReader, Map<string, { caller: Caller; until: number }>>();
/** Another replica may take a revoked token for so long after; ingest must not ask the store at every request. */
const REMEMBER_MS = 5_000;

/** Who a token or a session belongs to; null if it is not good. */
export async function callerOf(db: StoreReader, token: string): Promise<Caller | null> {
  const memory = known.get(db) ?? new Map<string, { caller: Caller; until: number }>();
  known.set(db, memory);
  const hash = hashOf(token);
  const present = memory.get(hash);
  if (present && present.until > Date.now()) return present.caller;
  memory.delete(hash);
  const row = await db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
  if (!row || row.kind === 'login' || (row.expiresAt !== null && row.expiresAt < Date.now())) return null;
  const caller = { actor: row.name, role: row.role as Role };
  if (memory.size > 10_000) memory.clear();
  memory.set(hash, { caller, until: Date.now() + REMEMBER_MS });
  return caller;
}
