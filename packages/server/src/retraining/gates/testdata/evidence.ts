import type { Evidence, Said } from '../gate.ts';

export interface Made {
  rows: number;
  /** Days over which the rows lie. */
  days?: number;
  /** How much of the champion's scores is noise; the challenger's are true. */
  blur?: number;
  /** Rows of the old regime, the first ones. */
  oldRows?: number;
}

/** A generator of numbers in [0, 1) that are always the same. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Rows of a binary model over days, with the columns `country` (nl, de) and `customer` (one in twenty rows). */
export function evidenceOf({ rows, days = 7, blur = 0.3, oldRows = 0 }: Made): Evidence {
  const random = chance(7);
  const truth = Float64Array.from({ length: rows }, () => 0.05 + 0.9 * random());
  const labels = truth.map((p) => (random() < p ? 1 : 0));
  const blurred = truth.map((p) => p * (1 - blur) + blur * random());
  return {
    task: 'binary',
    labels,
    classes: ['0', '1'],
    times: Float64Array.from({ length: rows }, (_, i) => Math.floor((i * days) / rows) * 86_400_000 + i),
    old: oldRows === 0 ? null : Uint8Array.from({ length: rows }, (_, i) => (i < oldRows ? 1 : 0)),
    columns: new Map([
      [
        'country',
        { kind: 'categorical', categories: ['nl', 'de'], codes: Int32Array.from({ length: rows }, (_, i) => i % 2) },
      ],
      ['customer', { kind: 'numeric', values: Float64Array.from({ length: rows }, (_, i) => Math.floor(i / 20)) }],
    ]),
    slices: ['country'],
    challenger: said(truth),
    champion: said(blurred),
    withoutChampion: null,
    minimumRows: 200,
    seed: 11,
  };
}

export const said = (scores: Float64Array): Said => ({ scores, predicted: scores.map((p) => (p >= 0.5 ? 1 : 0)) });

/** The same with the models in each other's place. */
export const turned = (evidence: Evidence): Evidence => ({
  ...evidence,
  champion: evidence.challenger,
  challenger: evidence.champion!,
});
