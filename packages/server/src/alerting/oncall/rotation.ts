import type { ScheduleConfig } from '@leeway/contract';
import { DateTime } from 'luxon';

/** A stretch of time in which one person is on call. */
export interface Shift {
  person: string;
  /** Milliseconds; start included, end not. */
  from: number;
  to: number;
  by: 'rotation' | 'override';
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const DAY_MS = 86_400_000;

/** Who is on call at an instant, and until when. Turns change by the clock on the wall, whatever daylight saving time does. */
export function onCallAt(schedule: ScheduleConfig, at: number): Shift {
  const turn = turnAt(schedule, at);
  const overrides = schedule.overrides.map(({ from, to, person }) => ({
    person,
    from: localInstant(from, schedule.zone),
    to: localInstant(to, schedule.zone),
  }));
  const inForce = overrides.findLastIndex(({ from, to }) => from <= at && at < to);
  const shift: Shift = overrides[inForce] ? { ...overrides[inForce], by: 'override' } : { ...turn, by: 'rotation' };
  // Whatever comes later in the list cuts into what came before.
  for (const other of overrides.slice(inForce + 1)) {
    if (other.to <= at) shift.from = Math.max(shift.from, other.to);
    if (other.from > at) shift.to = Math.min(shift.to, other.from);
  }
  return shift;
}

/** The shifts from an instant on, until `until`. Neighbours of the same person are one. */
export function shiftsBetween(schedule: ScheduleConfig, from: number, until: number): Shift[] {
  const shifts: Shift[] = [];
  for (let at = from; at < until; ) {
    const shift = onCallAt(schedule, at);
    const last = shifts.at(-1);
    if (last && last.person === shift.person && last.by === shift.by) last.to = shift.to;
    else shifts.push({ ...shift });
    at = shift.to;
  }
  return shifts;
}

/** The turn of the rotation alone. */
function turnAt({ zone, rotation }: ScheduleConfig, at: number): Omit<Shift, 'by'> {
  const { days, weekday, hour, minute } = handOver(rotation);
  const local = DateTime.fromMillis(at, { zone });
  const today = Date.UTC(local.year, local.month - 1, local.day);
  const begin = (day: number) => wallInstant(day, hour, minute, zone);
  // Days are counted on the calendar, so that no day of 23 or 25 hours moves a turn.
  const first = firstDay(rotation.from, weekday);
  let turn = Math.floor((today - first) / DAY_MS / days);
  if (begin(first + turn * days * DAY_MS) > at) turn -= 1;
  const { people } = rotation;
  const person = people[((turn % people.length) + people.length) % people.length] as string;
  return { person, from: begin(first + turn * days * DAY_MS), to: begin(first + (turn + 1) * days * DAY_MS) };
}

function handOver({ every, at }: ScheduleConfig['rotation']) {
  const [time = '', day] = at.split(' ').reverse();
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return { days: every === 'week' ? 7 : 1, weekday: every === 'week' && day ? DAYS.indexOf(day) : null, hour, minute };
}

/** The day on which the first turn begins: `from`, or the first such weekday after it. As if it were in UTC. */
function firstDay(from: string, weekday: number | null): number {
  const day = Date.parse(`${from}T00:00:00Z`);
  if (weekday === null) return day;
  const isWeekday = (new Date(day).getUTCDay() + 6) % 7;
  return day + ((weekday - isWeekday + 7) % 7) * DAY_MS;
}

/** The instant of a time on the wall. One that the clock skips is put off as long as it skips; of one that comes twice it is the first. */
function wallInstant(day: number, hour: number, minute: number, zone: string): number {
  const date = new Date(day);
  const time = DateTime.fromObject(
    { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour, minute },
    { zone },
  );
  return Math.min(...time.getPossibleOffsets().map((possible) => possible.toMillis()));
}

function localInstant(text: string, zone: string): number {
  const [date = '', time = ''] = text.split(/[ T]/);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return wallInstant(Date.parse(`${date}T00:00:00Z`), hour, minute, zone);
}
