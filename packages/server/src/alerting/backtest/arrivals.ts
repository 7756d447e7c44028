import type { Measurement } from '@leeway/contract';

/** A window as it was known at one moment: what the server would have judged then. */
export interface Arrival {
  /** When it became known, in milliseconds since 1970. */
  at: number;
  monitor: string;
  windowStart: number;
  windowEnd: number;
  /** Of each series of the window the latest revision that was known by then. */
  measurements: readonly Measurement[];
  /** Whether it was never measured again. */
  final: boolean;
}

/**
 * Stored measurements, every revision of them, in the order in which they became known. Labels that came later are in later
 * arrivals only, so whoever goes through them in this order knows no more than the server did.
 */
export function toArrivals(measurements: readonly Measurement[]): Arrival[] {
  const batches = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    if (measurement.version !== '') continue; // of a shadow, or of one of several versions: rules are about what serves
    const key = `${measurement.computedAt}|${measurement.monitor}|${measurement.windowStart}|${measurement.revision}`;
    const batch = batches.get(key);
    if (batch) batch.push(measurement);
    else batches.set(key, [measurement]);
  }
  const ordered = [...batches.values()].map((batch) => {
    const { monitor, computedAt, windowStart, windowEnd, revision } = batch[0]!;
    const times = {
      at: Date.parse(computedAt),
      windowStart: Date.parse(windowStart),
      windowEnd: Date.parse(windowEnd),
    };
    return { ...times, batch, monitor, revision };
  });
  ordered.sort(
    (a, b) => a.at - b.at || a.windowEnd - b.windowEnd || a.revision - b.revision || (a.monitor < b.monitor ? -1 : 1),
  );
  const known = new Map<string, Map<string, Measurement>>();
  const last = new Map<string, number>();
  const arrivals = ordered.map(({ batch, monitor, at, windowStart, windowEnd }, i) => {
    const window = `${monitor}|${windowStart}`;
    const series = known.get(window) ?? new Map<string, Measurement>();
    known.set(window, series);
    last.set(window, i);
    for (const measurement of batch) {
      series.set(`${measurement.metric}|${measurement.column}|${measurement.slice}`, measurement);
    }
    return { at, monitor, windowStart, windowEnd, measurements: [...series.values()], final: false };
  });
  for (const i of last.values()) arrivals[i]!.final = true;
  return arrivals;
}

const prepared = new WeakMap<readonly Arrival[], Map<string, Arrival[]>>();

/** Those of one monitor in which something of these metrics is new, with nothing else in them. Kept for the next who asks. */
export function arrivalsOf(arrivals: readonly Arrival[], monitor: string, metrics: readonly string[]): Arrival[] {
  const byQuestion = prepared.get(arrivals) ?? new Map<string, Arrival[]>();
  prepared.set(arrivals, byQuestion);
  const question = JSON.stringify([monitor, metrics]);
  const present = byQuestion.get(question);
  if (present) return present;
  const wanted = new Set(metrics);
  const own = arrivals.filter((arrival) => arrival.monitor === monitor);
  const found = toArrivals(
    [...new Set(own.flatMap(({ measurements }) => measurements))].filter((m) => wanted.has(m.metric)),
  );
  byQuestion.set(question, found);
  return found;
}
