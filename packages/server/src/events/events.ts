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
    await this.emitAll(db, name, [{ model, data }]);
  }

  /** The same for many events of one name. */
  async emitAll(
    db: StoreReader,
    name: EventName,
    events: readonly { model: string | null; data: Record<string, unknown> }[],
  ): Promise<void> {
    if (events.length === 0) return;
    const at = this.#clock.now();
    for (let i = 0; i < events.length; i += 500) {
      const rows = events.slice(i, i + 500).map(({ model, data }) => ({ at, name, model, data: encode(data) }));
      await db.insertInto('events').values(rows).execute();
    }
    setImmediate(() => this.#nudge.emit('event'));
  }

  /** Reads on from `id`; see EventReader. */
  reader(db: StoreReader, id: number): EventReader {
    return new EventReader((after, holes) => this.#read(db, after, holes), id);
  }

  /** Events after `id`, oldest first, at most `limit`. */
  async after(db: StoreReader, id: number, limit = 500): Promise<Event[]> {
    return this.#read(db, id, [], limit);
  }

  async #read(db: StoreReader, after: number, others: number[], limit = 500): Promise<Event[]> {
    const rows = await db
      .selectFrom('events')
      .selectAll()
      .where((e) => (others.length === 0 ? e('id', '>', after) : e.or([e('id', '>', after), e('id', 'in', others)])))
      .orderBy('id')
      .limit(limit)
      .execute();
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

/** A transaction takes its event's id before it commits: one that has not shown after so long was rolled back. */
const HOLE_MS = 60_000;
const MOST_HOLES = 500;

/**
 * Reads events in the order of their ids. Where ids are given out before the commit, as in PostgreSQL, a lower one may show
 * after a higher one: ids that were passed over are asked for again, so that no event is missed.
 */
export class EventReader {
  readonly #read: (after: number, holes: number[]) => Promise<Event[]>;
  /** Ids that were passed over, and when, in real time. */
  readonly #holes = new Map<number, number>();
  #last: number;

  constructor(read: (after: number, holes: number[]) => Promise<Event[]>, last: number) {
    this.#read = read;
    this.#last = last;
  }

  /** Events that were not read yet. */
  async next(): Promise<Event[]> {
    const now = Date.now();
    for (const [id, since] of this.#holes) if (now - since > HOLE_MS) this.#holes.delete(id);
    const events = await this.#read(this.#last, [...this.#holes.keys()]);
    for (const { id } of events) {
      this.#holes.delete(id);
      for (let hole = Math.max(this.#last + 1, id - MOST_HOLES); hole < id; hole++) this.#holes.set(hole, now);
      this.#last = Math.max(this.#last, id);
    }
    return events;
  }
}
