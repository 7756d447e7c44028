import { createHash } from 'node:crypto';
import type { AuditEntry } from '@leeway/contract';
import { type Clock, iso } from '../platform/clock.ts';
import { decode, encode } from '../store/json.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';

/**
 * The audit trail: append-only, each entry hashed together with the one before it, so that a change in the past shows.
 */
export class Audit {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Appends an entry in the transaction of the change itself. */
  async append(
    tx: StoreTx,
    actor: string,
    action: string,
    subject: string,
    detail: Record<string, unknown> = {},
  ): Promise<void> {
    await lockInTx(tx, 'audit');
    const last = await tx
      .selectFrom('audit')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const seq = (last?.seq ?? 0) + 1;
    const at = this.#clock.now();
    const json = encode(detail);
    const hash = entryHash(last?.hash ?? '', [String(seq), String(at), actor, action, subject, json]);
    await tx.insertInto('audit').values({ seq, at, actor, action, subject, detail: json, hash }).execute();
  }

  async list(db: StoreReader, limit: number, before = Number.MAX_SAFE_INTEGER): Promise<AuditEntry[]> {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '<', before)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, at: iso(row.at), detail: decode<Record<string, unknown>>(row.detail) }));
  }

  /** The first entry whose hash does not follow from what is written, or null if all hold. */
  async firstBroken(db: StoreReader): Promise<number | null> {
    let previous = '';
    for (const row of await db.selectFrom('audit').selectAll().orderBy('seq').execute()) {
      const fields = [String(row.seq), String(row.at), row.actor, row.action, row.subject, row.detail];
      if (entryHash(previous, fields) !== row.hash) return row.seq;
      previous = row.hash;
    }
    return null;
  }
}

function entryHash(previous: string, fields: string[]): string {
  const hash = createHash('sha256').update(previous);
  for (const field of fields) hash.update(`\u0000${field}`);
  return hash.digest('hex');
}
