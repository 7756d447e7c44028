import type { Config, RouteConfig } from '@leeway/contract';
import { nearest } from './nearest.ts';

type Note = (path: readonly PropertyKey[], message: string) => void;

/** Checks that whoever is named by schedules, escalations and routes is there. */
export function checkOnCall(
  { onCall, channels, routes }: Pick<Config, 'onCall' | 'channels' | 'routes'>,
  note: Note,
): void {
  const people = Object.keys(onCall.people);
  const names = { person: people, schedule: Object.keys(onCall.schedules), channel: channels.map(({ name }) => name) };
  for (const [person, config] of Object.entries(onCall.people)) {
    config.channels.forEach((name, i) =>
      mustBe(name, names.channel, 'channel', ['onCall', 'people', person, 'channels', i], note),
    );
  }
  for (const [schedule, { rotation, overrides }] of Object.entries(onCall.schedules)) {
    const at = ['onCall', 'schedules', schedule];
    rotation.people.forEach((name, i) => mustBe(name, people, 'person', [...at, 'rotation', 'people', i], note));
    overrides.forEach(({ person }, i) => mustBe(person, people, 'person', [...at, 'overrides', i, 'person'], note));
    if (rotation.every === 'week' && !rotation.at.includes(' '))
      note(
        [...at, 'rotation', 'at'],
        `expected a weekday and a time such as "Mon ${rotation.at}", for turns of a week`,
      );
  }
  for (const [escalation, { steps }] of Object.entries(onCall.escalations)) {
    for (const [i, { notify }] of steps.entries()) {
      for (const [j, target] of notify.entries()) {
        const [kind = '', name = ''] = [target.slice(0, target.indexOf(':')), target.slice(target.indexOf(':') + 1)];
        const path = ['onCall', 'escalations', escalation, 'steps', i, 'notify', j];
        mustBe(name, names[kind as keyof typeof names], kind, path, note);
      }
    }
  }
  checkRoute(routes, ['routes'], Object.keys(onCall.escalations), note);
}

function checkRoute(route: RouteConfig, path: PropertyKey[], escalations: string[], note: Note): void {
  if (route.escalation !== undefined)
    mustBe(route.escalation, escalations, 'escalation', [...path, 'escalation'], note);
  route.routes?.forEach((child, i) => checkRoute(child, [...path, 'routes', i], escalations, note));
}

function mustBe(name: string, known: readonly string[], what: string, path: PropertyKey[], note: Note): void {
  if (known.includes(name)) return;
  const like = nearest(name, known);
  const hint = like
    ? `did you mean "${like}"?`
    : known.length > 0
      ? `there are ${known.join(', ')}`
      : 'none is declared';
  note(path, `there is no ${what} "${name}"; ${hint}`);
}
