import type { Config } from '@leeway/contract';
import { onCallAt } from './rotation.ts';

/** Whom a step named, whom that meant at the time, and by which channels they were told. */
export interface Told {
  /** As written: schedule:ops, person:ben, channel:sms. */
  target: string;
  /** Null for a channel, and for a schedule that is gone. */
  person: string | null;
  /** Empty if nobody could be found. */
  channels: string[];
}

/** Who is meant by the targets of a step now. People and schedules are those of today, whenever the escalation began. */
export function findTargets(
  { onCall, channels }: Pick<Config, 'onCall' | 'channels'>,
  targets: readonly string[],
  now: number,
): Told[] {
  const known = (name: string) => channels.some((channel) => channel.name === name);
  return targets.map((target) => {
    const at = target.indexOf(':');
    const [kind, name] = [target.slice(0, at), target.slice(at + 1)];
    if (kind === 'channel') return { target, person: null, channels: known(name) ? [name] : [] };
    const schedule = onCall.schedules[name];
    const person = kind === 'person' ? name : schedule ? onCallAt(schedule, now).person : null;
    return { target, person, channels: channelsOf(onCall, person).filter(known) };
  });
}

/** The channels that reach a person; none if nobody of that name is declared. */
export const channelsOf = ({ people }: Config['onCall'], person: string | null): string[] =>
  person !== null && Object.hasOwn(people, person) ? (people[person]?.channels ?? []) : [];
