import { EventEmitter } from 'node:events';
import type { Event, EventName } from '@leeway/contract';
import { type Clock, iso } from '../platform/clock.ts';
import { decode, encode } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';

/** What happened, kept in the store so that every replica and every browser that comes back can read on. */
export class Events {
  readonly #clock: Clock;
  readonly #nudge = new EventEmitter().setMaxListeners(0);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Writes an event with the change that it tells of: pass the transaction. */
  async emit(db: StoreReader, name: EventName, model: string | null, data: Record<string, unknown>): Promise<void> {
    await db
      .insertInto('events')
      .values({ at: this.#clock.now(), name, model, data: encode(data) })
      .execute();
    setImmediate(() => this.#nudge.emit('event'));
  }

  /** Events after `id`, oldest first, at most `limit`. */
  async after(db: StoreReader, id: number, limit = 500): Promise<Event[]> {
    const rows = await db.selectFrom('events').selectAll().where('id', '>', id).orderBy('id').limit(limit).execute();
    return rows.map((row) => ({
      id: row.id,
      at: iso(row.at),
      name: row.name,
      model: row.model,
      data: decode<Record<string, unknown>>(row.data),
    }));
  }

  async lastId(db: StoreReader): Promise<number> {
    const row = await db
      .selectFrom('events')
      .select((e) => e.fn.max('id').as('id'))
      .executeTakeFirst();
    return Number(row?.id ?? 0);
  }

  /** Calls `listener` soon after an event of this process; other replicas' events are found by asking `after`. */
  onNudge(listener: () => void): () => void {
    this.#nudge.on('event', listener);
    return () => this.#nudge.off('event', listener);
  }
}
