/** The time of the domain: windows, timers and schedules go by it. Tests and the demo turn it by hand. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is told otherwise. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start: number | string) {
    this.#now = typeof start === 'string' ? Date.parse(start) : start;
  }

  now(): number {
    return this.#now;
  }

  /** Moves on to `time`. Time never runs backwards: an earlier time is refused. */
  set(time: number | string): void {
    const next = typeof time === 'string' ? Date.parse(time) : time;
    if (!(next >= this.#now)) {
      throw new RangeError(`the clock stands at ${iso(this.#now)} and cannot go back to ${time}`);
    }
    this.#now = next;
  }

  advance(ms: number): void {
    this.set(this.#now + ms);
  }
}

/** ISO 8601 of a time in milliseconds. */
export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));
