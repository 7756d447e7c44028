import type { Config, OnCallSchedule, OnCallShift } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import { channelsOf } from './find-targets.ts';
import { onCallAt, type Shift, shiftsBetween } from './rotation.ts';

const DAY_MS = 86_400_000;

/** Of every schedule: who is on call at an instant, and the shifts of the days after it. */
export function whoIsOnCall({ onCall }: Pick<Config, 'onCall'>, at: number, days: number): OnCallSchedule[] {
  return Object.entries(onCall.schedules).map(([schedule, config]) => {
    const now = onCallAt(config, at);
    return {
      schedule,
      zone: config.zone,
      now: written(now),
      channels: channelsOf(onCall, now.person),
      coming: shiftsBetween(config, now.to, at + days * DAY_MS).map(written),
    };
  });
}

const written = ({ person, from, to, by }: Shift): OnCallShift => ({ person, from: iso(from), to: iso(to), by });
