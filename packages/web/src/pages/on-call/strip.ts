import type { OnCallSchedule, OnCallShift } from '@leeway/contract';

/** A turn on a strip of time; places are shares of its length, 0 to 1. */
export interface Piece {
  person: string;
  by: OnCallShift['by'];
  from: string;
  to: string;
  left: number;
  width: number;
}

/** Beginnings of days on the clock of who looks: that of `now` and of so many after it. */
export function daysFrom(now: number, count: number): number[] {
  const today = new Date(now);
  return Array.from({ length: count + 1 }, (_, i) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + i).getTime(),
  );
}

/** The turns of a schedule within a span, cut at its ends. */
export function piecesOf({ now, coming }: Pick<OnCallSchedule, 'now' | 'coming'>, from: number, to: number): Piece[] {
  return [now, ...coming].flatMap((shift) => {
    const start = Math.max(from, Date.parse(shift.from));
    const end = Math.min(to, Date.parse(shift.to));
    if (end <= start) return [];
    return [{ ...shift, left: (start - from) / (to - from), width: (end - start) / (to - from) }];
  });
}

/** A number for each person, the same in every schedule: their colour. */
export function peopleOf(schedules: readonly OnCallSchedule[]): Map<string, number> {
  const people = schedules.flatMap(({ now, coming }) => [now, ...coming].map(({ person }) => person));
  return new Map([...new Set(people)].map((person, i) => [person, i]));
}

/** The turn after this one that is somebody else's. */
export const nextOf = ({ now, coming }: Pick<OnCallSchedule, 'now' | 'coming'>): OnCallShift | undefined =>
  coming.find(({ person }) => person !== now.person);
