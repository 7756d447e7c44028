import type { Event } from '@leeway/contract';
import type { Context } from '../context.ts';

/** Another replica's events are seen after so long at most. */
const POLL_MS = 1_000;

/**
 * Calls `react` for every event from now on, this process's own and those of other replicas, one after the other.
 * What fails is logged and not repeated.
 */
export async function followEvents(ctx: Context, react: (event: Event) => Promise<void>) {
  const { db } = ctx.store;
  const reader = ctx.events.reader(db, await ctx.events.lastId(db));
  let lane = Promise.resolve();
  const read = async () => {
    for (const event of await reader.next()) {
      await react(event).catch((err: unknown) =>
        ctx.log.error({ err, event: event.name }, 'could not follow an event'),
      );
    }
  };
  const catchUp = () => {
    lane = lane.then(read).catch((err: unknown) => ctx.log.warn({ err }, 'could not read events'));
    return lane;
  };
  const stopNudges = ctx.events.onNudge(catchUp);
  const timer = setInterval(catchUp, POLL_MS);
  return {
    /** Resolves when every event written until now has been reacted to. */
    catchUp,
    async stop() {
      stopNudges();
      clearInterval(timer);
      await lane;
    },
  };
}
