import type { Measurement } from '@leeway/contract';

/** Slices must hold this part of the bad rows to explain them ... */
const EXPLAINS = 0.6;
/** ... and have them this many times as often as the whole. */
const LIFT = 1.5;

/**
 * The slices in which a share over all rows is concentrated: of one slice column the fewest, worst first, that hold most of
 * the bad rows though each has clearly more of them than its size would give. Empty if the trouble is spread evenly.
 */
export function concentratedSlices(whole: Measurement, slices: readonly Measurement[]): Measurement[] {
  if (whole.value === null || whole.value <= 0) return [];
  const bad = whole.value * whole.n;
  const byColumn = new Map<string, Measurement[]>();
  for (const m of slices) {
    const column = m.slice.slice(0, m.slice.indexOf('='));
    byColumn.set(column, [...(byColumn.get(column) ?? []), m]);
  }
  let best: Measurement[] = [];
  let bestGain = 0;
  for (const members of byColumn.values()) {
    const suspects = members
      .filter((m) => m.value !== null && m.value >= LIFT * whole.value!)
      .sort((a, b) => b.value! * b.n - a.value! * a.n);
    const chosen: Measurement[] = [];
    let explained = 0;
    for (const slice of suspects) {
      if (explained >= 0.8) break;
      chosen.push(slice);
      explained += (slice.value! * slice.n) / bad;
    }
    const rows = chosen.reduce((sum, m) => sum + m.n, 0) / whole.n;
    // What the slices explain beyond what as many rows would have held anyway.
    const gain = explained - rows;
    if (explained >= EXPLAINS && gain > bestGain) {
      best = chosen;
      bestGain = gain;
    }
  }
  return best;
}
