import type { Config, RouteConfig } from '@leeway/contract';
import { Cron } from 'croner';
import { DateTime } from 'luxon';
import { asksForSomething } from '../alerting/decide/matchers.ts';
import { mustBe, type Note, unique } from './must-be.ts';

/** Checks what says when alerts are told: hours, maintenance and inhibitions. */
export function checkRouting(config: Config, note: Note): void {
  const { routes, timeIntervals, maintenance, inhibitions } = config;
  const names = (named: readonly { name: string }[]) => named.map(({ name }) => name);
  unique(names(timeIntervals), ['timeIntervals'], note);
  for (const key of ['activeTimes', 'muteTimes'] as const) {
    if (routes[key])
      note(['routes', key], 'is not for the root, which takes what no other route does; give it to a child');
  }
  checkHours(routes, ['routes'], names(timeIntervals), note);
  unique(names(maintenance), ['maintenance'], note);
  maintenance.forEach(({ match, from, to, schedule, zone }, i) => {
    const at = ['maintenance', i];
    if (!asksForSomething(match)) note([...at, 'match'], 'needs a label with a value; else it would mute everything');
    if (from && to && DateTime.fromISO(from, { zone }) >= DateTime.fromISO(to, { zone })) {
      note([...at, 'to'], `${to} does not lie after the beginning, ${from}`);
    }
    if (schedule && !isCron(schedule)) {
      note([...at, 'schedule'], `"${schedule}" is not a cron expression such as "0 2 * * 6"`);
    }
  });
  inhibitions.forEach((inhibition, i) => {
    for (const side of ['source', 'target'] as const) {
      if (asksForSomething(inhibition[side])) continue;
      note(['inhibitions', i, side], 'needs a label with a value; else it would be about every alert');
    }
  });
}

function checkHours(route: RouteConfig, path: PropertyKey[], names: string[], note: Note): void {
  for (const key of ['activeTimes', 'muteTimes'] as const) {
    route[key]?.forEach((name, i) => mustBe(name, names, 'time interval', [...path, key, i], note));
  }
  route.routes?.forEach((child, i) => checkHours(child, [...path, 'routes', i], names, note));
}

function isCron(expression: string): boolean {
  try {
    new Cron(expression, { paused: true });
    return true;
  } catch {
    return false;
  }
}
