import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { type CategoricalColumn, type NumericColumn, readTable } from '../learner/read-table.ts';

const DAY_MS = 86_400_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A flight as the demo sends it: what is known at departure, and, for later, what became of it. */
export interface Flight {
  flight: string;
  departs: string;
  hour: string;
  weekday: string;
  distance: number;
  origin: string;
  destination: string;
  /** Minutes by which it arrived late; negative if early. Never sent with the prediction. */
  delay: number;
  /** When the outcome is reported, in milliseconds; null if it never is. */
  labelledAt: number | null;
}

/** The real flights of January to June 2001 that `vega-datasets` carries, day by day. */
export class Flights {
  readonly #departs: Float64Array;
  readonly #delay: Float64Array;
  readonly #distance: Float64Array;
  readonly #origin: CategoricalColumn;
  readonly #destination: CategoricalColumn;
  /** Rows in the order of departure, and where each day begins in it. */
  readonly #order: Uint32Array;
  readonly #firstOfDay: Map<number, number>;
  readonly #share: number;

  private constructor(columns: Map<string, NumericColumn | CategoricalColumn>, share: number) {
    const numbers = (name: string) => (columns.get(name) as NumericColumn).values;
    this.#departs = numbers('date');
    this.#delay = numbers('delay');
    this.#distance = numbers('distance');
    this.#origin = columns.get('origin') as CategoricalColumn;
    this.#destination = columns.get('destination') as CategoricalColumn;
    this.#share = share;
    const departs = this.#departs;
    this.#order = Uint32Array.from(departs.keys()).sort((a, b) => departs[a]! - departs[b]! || a - b);
    this.#firstOfDay = new Map();
    this.#order.forEach((row, position) => {
      const day = Math.floor(departs[row]! / DAY_MS);
      if (!this.#firstOfDay.has(day)) this.#firstOfDay.set(day, position);
    });
  }

  /** Reads the flights; `share` is the part of them that is played, by a fixed choice. */
  static async load(share = 1): Promise<Flights> {
    const kinds = new Map([
      ['date', 'numeric'],
      ['delay', 'numeric'],
      ['distance', 'numeric'],
      ['origin', 'categorical'],
      ['destination', 'categorical'],
    ] as const);
    const { columns } = await readTable(flightsFile(), kinds);
    return new Flights(columns, share);
  }

  /** The flights of a day (milliseconds of its midnight), in the order of departure. */
  *ofDay(midnight: number): Generator<Flight> {
    const day = midnight / DAY_MS;
    const first = this.#firstOfDay.get(day);
    if (first === undefined) return;
    for (let position = first; position < this.#order.length; position++) {
      const row = this.#order[position]!;
      const departs = this.#departs[row]!;
      if (departs >= midnight + DAY_MS) return;
      if (chance(row, 1) >= this.#share) continue;
      const at = new Date(departs);
      const delay = this.#delay[row]!;
      const distance = this.#distance[row]!;
      yield {
        flight: `${at.toISOString().slice(0, 10)}-${String(position - first).padStart(6, '0')}`,
        departs: at.toISOString(),
        hour: String(at.getUTCHours()).padStart(2, '0'),
        weekday: WEEKDAYS[at.getUTCDay()]!,
        distance,
        origin: this.#origin.categories[this.#origin.codes[row]!]!,
        destination: this.#destination.categories[this.#destination.codes[row]!]!,
        delay,
        labelledAt: reportedAt(row, departs, distance, delay),
      };
    }
  }
}

/**
 * When the outcome of a flight is known to the feed: after landing (8 miles a minute, and the delay), and then at once for most,
 * one to four days late for a tenth, and never for two in a hundred.
 */
function reportedAt(row: number, departs: number, distance: number, delay: number): number | null {
  const landed = departs + (30 + distance / 8 + Math.max(0, delay)) * 60_000;
  const luck = chance(row, 2);
  if (luck < 0.02) return null;
  return luck < 0.12 ? landed + (1 + 3 * chance(row, 3)) * DAY_MS : landed;
}

/** A number in [0, 1) that depends on the row and a salt alone, so that every run of the demo is the same. */
function chance(row: number, salt: number): number {
  let x = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

function flightsFile(): string {
  try {
    // The package exports its code only; its data lie beside it.
    const main = createRequire(import.meta.url).resolve('vega-datasets');
    return join(
      main.slice(0, main.lastIndexOf('vega-datasets') + 'vega-datasets'.length),
      'data',
      'flights-3m.parquet',
    );
  } catch (error) {
    throw new LeewayError(
      'file_unreadable',
      'the flights are in the package vega-datasets, which is not installed; `npm install vega-datasets`',
      {
        cause: error,
      },
    );
  }
}
