import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '@leeway/contract';
import type { App } from '../app/app.ts';
import type { Api } from '../cli/api.ts';
import type { ManualClock } from '../platform/clock.ts';
import type { Flight, Flights } from './flights.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MODEL = 'flights-late';

export interface Story {
  /** First day of history, first day that is predicted, and the day after the last, as dates. */
  from: string;
  live: string;
  to: string;
  /** The one thing that is not in the data: the feed of these airports sends kilometres for miles on these days. */
  fault: { days: readonly string[]; airports: readonly string[] };
}

/** January is history; from February on flights are predicted, to the end of June. */
export const STORY: Story = {
  from: '2001-01-01',
  live: '2001-02-01',
  to: '2001-07-01',
  fault: { days: ['2001-03-20', '2001-03-21'], airports: ['LAX', 'SFO', 'SEA', 'SAN', 'PDX'] },
};

export interface PlayOptions {
  app: App;
  clock: ManualClock;
  api: Api;
  flights: Flights;
  story?: Story;
  /** Real seconds that a day takes at least. */
  secondsPerDay: number;
  /** Told of each step; `done` of `total` days are over. */
  onStep(step: { text: string; done: number; total: number }): void;
  /** Told what is about to be done to the data by hand. */
  onFault(text: string): void;
  signal?: AbortSignal;
}

/** What the feed has not reported yet, by the day on which it will. */
type Outcomes = Map<number, { flight: string; late: string }[]>;

/**
 * Plays the flights as a stream, through the same API that users call. The clock is the only thing it holds: alerts, runs and
 * promotions come out of the rules of the configuration.
 */
export async function play({
  app,
  clock,
  api,
  flights,
  story = STORY,
  secondsPerDay,
  onStep,
  onFault,
  signal,
}: PlayOptions): Promise<void> {
  const [from, live, to] = [Date.parse(story.from), Date.parse(story.live), Date.parse(story.to)];
  const total = (to - from) / DAY_MS;
  const outcomes: Outcomes = new Map();

  for (let day = from; day < live; day += DAY_MS) {
    signal?.throwIfAborted();
    clock.set(day + DAY_MS);
    const rows = [...flights.ofDay(day)];
    remember(outcomes, rows);
    await api.ingest(
      MODEL,
      'predictions',
      rows.map(({ delay: _delay, labelledAt: _at, ...known }) => known),
    );
    await report(api, outcomes, day + DAY_MS);
    onStep({ text: 'taking in the history', done: (day - from) / DAY_MS + 1, total });
  }
  onStep({ text: 'training the first version', done: (live - from) / DAY_MS, total });
  await api.post<Run>(`/models/${MODEL}/retrain`, { reason: 'the first version, from the history' });
  await app.settle();

  for (let day = live; day < to; day += DAY_MS) {
    signal?.throwIfAborted();
    const began = performance.now();
    const date = new Date(day).toISOString().slice(0, 10);
    const broken = story.fault.days.includes(date);
    if (broken)
      onFault(
        `INJECTED FAULT on ${date}: the feed sends the distance in kilometres for ${story.fault.airports.join(', ')}`,
      );
    clock.set(day + DAY_MS);
    const rows = [...flights.ofDay(day)];
    remember(outcomes, rows);
    await predict(api, broken ? rows.map((row) => inKilometres(row, story.fault.airports)) : rows);
    await report(api, outcomes, day + DAY_MS);
    await app.settle();
    // Past the grace of the window, then past the wait of the group, so that what is due on this day happens on it.
    for (const later of [10, 12, 20]) {
      clock.set(day + DAY_MS + later * MINUTE_MS);
      await app.settle();
    }
    onStep({ text: `${date}, ${rows.length} flights`, done: (day - from) / DAY_MS + 1, total });
    await pause(Math.max(0, secondsPerDay * 1_000 - (performance.now() - began)), undefined, {
      ...(signal ? { signal } : {}),
    });
  }
}

/** Scores flights by the gateway, a few thousand a call, as a prediction service would that batches. */
async function predict(api: Api, rows: readonly Flight[]): Promise<void> {
  const columns = ['flight', 'departs', 'hour', 'weekday', 'distance', 'origin', 'destination'] as const;
  for (let start = 0; start < rows.length; start += 4_096) {
    const data = rows.slice(start, start + 4_096).map((row) => columns.map((column) => row[column]));
    await api.invoke(MODEL, { dataframe_split: { columns, data } });
  }
}

function inKilometres(row: Flight, airports: readonly string[]): Flight {
  return airports.includes(row.origin) ? { ...row, distance: Math.round(row.distance * 1.609344) } : row;
}

function remember(outcomes: Outcomes, rows: readonly Flight[]): void {
  for (const { flight, delay, labelledAt } of rows) {
    if (labelledAt === null) continue;
    const day = Math.ceil(labelledAt / DAY_MS) * DAY_MS;
    const due = outcomes.get(day) ?? [];
    due.push({ flight, late: delay > 15 ? '1' : '0' });
    outcomes.set(day, due);
  }
}

/** Sends every outcome that is known by now. */
async function report(api: Api, outcomes: Outcomes, now: number): Promise<void> {
  for (const [day, due] of [...outcomes]) {
    if (day > now) continue;
    outcomes.delete(day);
    await api.ingest(MODEL, 'labels', due);
  }
}
