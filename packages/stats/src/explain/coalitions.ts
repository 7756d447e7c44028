import { randomIntegers } from '../special/random.ts';

/** Coalitions of players, one after the other, 1 where a player is in; each with its weight in the regression. */
export interface CoalitionPlan {
  count: number;
  members: Uint8Array;
  weights: Float64Array;
  /** Coalitions before this one are all of their size; from it on they are drawn, in pairs with their complements. */
  firstDrawn: number;
  /** How often each drawn pair came. */
  draws: number[];
}

/**
 * Coalitions other than the empty and the whole, after the kernel of SHAP: sizes are taken from both ends towards the middle and
 * listed whole as long as that is within `most`; the rest is drawn by weight, each with its complement.
 */
export function planCoalitions(players: number, most: number, seed: number): CoalitionPlan {
  const sizes = Math.ceil((players - 1) / 2);
  const paired = Math.floor((players - 1) / 2);
  const ofSize = Float64Array.from({ length: sizes }, (_, i) => {
    const size = i + 1;
    return ((players - 1) / (size * (players - size))) * (size <= paired ? 2 : 1);
  });
  const total = ofSize.reduce((sum, weight) => sum + weight, 0);
  const members: number[] = [];
  const weights: number[] = [];
  let left = most;
  let remaining = 1;
  let listed = 0;
  for (let size = 1; size <= sizes; size++) {
    const both = size <= paired;
    const subsets = choose(players, size) * (both ? 2 : 1);
    const weight = ofSize[size - 1]! / total;
    if ((left * (weight / remaining)) / subsets < 1 - 1e-8 || subsets > left) break;
    for (const subset of subsetsOf(players, size)) {
      add(subset, weight / subsets);
      if (both) add(complement(subset), weight / subsets);
    }
    left -= subsets;
    remaining -= weight;
    listed = size;
  }
  const firstDrawn = weights.length;
  const draws: number[] = [];
  if (listed < sizes) draw();
  return {
    count: weights.length,
    members: Uint8Array.from(members),
    weights: Float64Array.from(weights),
    firstDrawn,
    draws,
  };

  function add(subset: Uint8Array, weight: number): void {
    for (const member of subset) members.push(member);
    weights.push(weight);
  }

  function draw(): void {
    const next = randomIntegers(seed);
    const uniform = () => next() / 2 ** 32;
    const open = ofSize.slice(listed);
    const mass = open.reduce((sum, weight) => sum + weight, 0);
    const known = new Map<string, number>();
    let drawn = 0;
    // Pairs come again when the sizes in question have few; a draw more costs no question to the model.
    for (let tries = 0; draws.length < Math.floor(left / 2) && tries < 4 * left; tries++) {
      let at = uniform() * mass;
      let size = listed + 1;
      for (const weight of open) {
        if (at < weight) break;
        at -= weight;
        size++;
      }
      const subset = randomSubset(players, Math.min(size, sizes), uniform);
      // A pair has two names; it goes by the one without the last player.
      const named = subset[players - 1] ? complement(subset) : subset;
      const name = named.join('');
      const place = known.get(name);
      drawn++;
      if (place !== undefined) {
        draws[place]!++;
        continue;
      }
      known.set(name, draws.push(1) - 1);
      add(named, 0);
      add(complement(named), 0);
    }
    for (let pair = 0; pair < draws.length; pair++) {
      const weight = (remaining * draws[pair]!) / (2 * drawn);
      weights[firstDrawn + 2 * pair] = weight;
      weights[firstDrawn + 2 * pair + 1] = weight;
    }
  }
}

const complement = (subset: Uint8Array): Uint8Array => subset.map((member) => 1 - member);

export function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return Math.round(result);
}

function* subsetsOf(players: number, size: number): Generator<Uint8Array> {
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    const subset = new Uint8Array(players);
    for (const player of chosen) subset[player] = 1;
    yield subset;
    let i = size - 1;
    while (i >= 0 && chosen[i] === players - size + i) i--;
    if (i < 0) return;
    chosen[i]!++;
    for (let j = i + 1; j < size; j++) chosen[j] = chosen[j - 1]! + 1;
  }
}

function randomSubset(players: number, size: number, uniform: () => number): Uint8Array {
  const subset = new Uint8Array(players);
  // Floyd's method: each subset of the size is as likely.
  for (let last = players - size; last < players; last++) {
    const player = Math.floor(uniform() * (last + 1));
    subset[subset[player] ? last : player] = 1;
  }
  return subset;
}
