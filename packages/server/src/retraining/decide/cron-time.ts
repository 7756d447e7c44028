import { Cron } from 'croner';

export interface CronTime {
  cron: string;
  timeZone: string;
}

/** The first time of a cron expression after a time; null if there is none. @throws when it cannot be read. */
export const nextTime = ({ cron, timeZone }: CronTime, after: number): number | null =>
  new Cron(cron, { paused: true, timezone: timeZone }).nextRun(new Date(after))?.getTime() ?? null;

/** The last time of a cron expression at or before a time. */
export function previousTime({ cron, timeZone }: CronTime, now: number): number | null {
  // The whole second that `now` lies in counts.
  const [found] = new Cron(cron, { paused: true, timezone: timeZone }).previousRuns(1, new Date(now + 1_000));
  return found !== undefined && found.getTime() <= now ? found.getTime() : null;
}
