import type { ChannelConfig, RouteConfig } from '@leeway/contract';
import { changeDueAt, decideNotification, idleDueAt } from '../decide/decide-notification.ts';
import { matchRoutes, type Route, resolveRoutes } from '../decide/match-route.ts';
import type { Episode } from './backtest-rule.ts';

export interface Messages {
  /** When people would have been told of something new, once however many channels tell it. */
  pages: number[];
  /** When a message went to any channel, repetitions and ends among them. */
  messages: number[];
}

interface Group {
  key: string;
  channel: string;
  route: Route;
  members: Map<string, 'open' | 'closed'>;
  log: { firing: string[]; at: number } | null;
  flushAt: number | null;
}

/**
 * What would have been said of these episodes until `to`, by the groups and timers of the routes and the decision of production.
 * Silences, acknowledgements and hours of rest are left out: without people who react, this is the most that is said.
 */
export function countPages(
  episodes: readonly Episode[],
  { routes, channels }: { routes: RouteConfig; channels: readonly ChannelConfig[] },
  to: number,
): Messages {
  const root = resolveRoutes(routes);
  const groups = new Map<string, Group>();
  const pages = new Set<string>();
  const messages: number[] = [];

  const wake = (group: Group, now: number) => {
    const due = changeDueAt(group.log?.at ?? null, group.route, now);
    group.flushAt = Math.min(group.flushAt ?? due, due);
  };
  const flush = (group: Group, now: number) => {
    const firing = [...group.members].flatMap(([id, state]) => (state === 'open' ? [id] : []));
    const resolved = [...group.members].flatMap(([id, state]) => (state === 'closed' ? [id] : []));
    const decision = decideNotification({
      ...{ log: group.log, firing, muted: [], resolved, acknowledged: false, now },
      sendResolved: channels.find(({ name }) => name === group.channel)?.sendResolved ?? true,
      repeatIntervalMs: group.route.repeatIntervalMs,
    });
    if (decision.send) messages.push(now);
    if (decision.reason === 'first' || decision.reason === 'new alerts') pages.add(`${group.key}|${now}`);
    for (const id of resolved) group.members.delete(id);
    if (decision.reason !== 'none') group.log = { firing: decision.announced, at: now };
    else if (group.log) group.log.firing = decision.announced;
    const notifiedAt = group.log?.at ?? null;
    group.flushAt = idleDueAt({ notifiedAt, repeats: firing.length > 0, ends: [], timers: group.route, now });
  };
  /** All that is due before `until`, in the order of time. */
  const flushBefore = (until: number) => {
    for (;;) {
      let next: Group | null = null;
      for (const group of groups.values()) {
        if (group.flushAt !== null && group.flushAt < until && group.flushAt < (next?.flushAt ?? Infinity))
          next = group;
      }
      if (!next) return;
      flush(next, next.flushAt!);
    }
  };

  for (const { at, id, labels, ends } of changesOf(episodes, to)) {
    flushBefore(at);
    for (const { route, key } of matchRoutes(root, labels)) {
      // A route without a channel tells nobody; what it would tell is counted all the same.
      for (const channel of route.channels.length > 0 ? new Set(route.channels) : ['']) {
        const ref = `${key}|${channel}`;
        const group = groups.get(ref) ?? { key, channel, route, members: new Map(), log: null, flushAt: null };
        groups.set(ref, group);
        group.members.set(id, ends ? 'closed' : 'open');
        wake(group, at);
      }
    }
  }
  flushBefore(to);
  return { pages: [...pages].map((page) => Number(page.slice(page.lastIndexOf('|') + 1))), messages };
}

/** Beginnings and ends, in the order of time. */
function changesOf(episodes: readonly Episode[], to: number) {
  const changes = episodes.flatMap((episode, i) => {
    const { firedAt, resolvedAt, labels } = episode;
    const id = String(i);
    return [
      ...(firedAt < to ? [{ at: firedAt, id, labels, ends: false }] : []),
      ...(resolvedAt !== null && resolvedAt < to ? [{ at: resolvedAt, id, labels, ends: true }] : []),
    ];
  });
  return changes.sort((a, b) => a.at - b.at || Number(a.ends) - Number(b.ends));
}
