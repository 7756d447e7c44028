import { createHash } from 'node:crypto';
import type { Config } from '@leeway/contract';
import type { Context } from '../context.ts';
import { decode, encode } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';

/** One difference between two configurations: a path and what stood and stands there. */
export interface ConfigChange {
  path: string;
  from: unknown;
  to: unknown;
}

/** What differs between two configurations, deepest paths first named whole. List items with a `name` are matched by it. */
export function diffConfig(from: unknown, to: unknown, path = ''): ConfigChange[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const [before, after] = [byKey(from), byKey(to)];
  if (!before || !after) return [{ path: path || '(all)', from: from ?? null, to: to ?? null }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    diffConfig(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

function byKey(value: unknown): Record<string, unknown> | null {
  if (Array.isArray(value)) {
    const named = value.every((item) => typeof (item as { name?: unknown } | null)?.name === 'string');
    return named ? Object.fromEntries(value.map((item: { name: string }) => [item.name, item])) : null;
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

/** The configuration that was applied last, as it was written: secrets are still references. */
export async function lastRevision(db: StoreReader): Promise<{ id: number; document: unknown } | null> {
  const row = await db.selectFrom('configRevisions').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row ? { id: row.id, document: decode(row.document) } : null;
}

/** Keeps a checked configuration as the one in force, with its record. Nothing happens if it is the present one. */
export async function saveRevision(
  ctx: Pick<Context, 'store' | 'clock' | 'audit' | 'events'>,
  actor: string,
  document: unknown,
  config: Config,
): Promise<ConfigChange[]> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const last = await lastRevision(tx);
    const changes = diffConfig(last?.document ?? {}, document);
    if (changes.length === 0) return [];
    const json = encode(document);
    const hash = createHash('sha256').update(json).digest('hex');
    await tx
      .insertInto('configRevisions')
      .values({ appliedAt: ctx.clock.now(), actor, hash, document: json })
      .execute();
    await ctx.audit.append(tx, actor, 'config.apply', 'leeway.yaml', {
      hash,
      paths: changes.map((change) => change.path),
    });
    await ctx.events.emit(tx, 'config.applied', null, { hash, models: config.models.map((model) => model.name) });
    return changes;
  });
}
