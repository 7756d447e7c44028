import type { Column } from '../gateway/columns.ts';
import { sameValue } from './made-up-rows.ts';

/** A feature in the few values that a local model knows it by. */
export interface BinnedFeature {
  /** Of each row of the background. */
  bins: Int32Array;
  own: number;
  /** In words, the bin of the row. */
  condition: string;
}

/** Numbers by the quartiles of the background, others by whether they are the row's value. */
export function binFeature(name: string, own: Column[number], background: Column): BinnedFeature {
  if (!(background instanceof Float64Array) || Number.isNaN(own)) {
    const bins = Int32Array.from(background as ArrayLike<Column[number]>, (value) => (sameValue(value, own) ? 1 : 0));
    const shown = own === null || Number.isNaN(own) ? 'missing' : typeof own === 'string' ? own : 'as it is';
    return { bins, own: 1, condition: `${name} = ${shown}` };
  }
  const sorted = background.filter((value) => !Number.isNaN(value)).sort();
  const edges = [...new Set([0.25, 0.5, 0.75].map((q) => sorted[Math.floor(q * (sorted.length - 1))]!))];
  const binOf = (value: number) => (Number.isNaN(value) ? -1 : edges.filter((edge) => value > edge).length);
  const bin = binOf(own as number);
  const [from, to] = [edges[bin - 1], edges[bin]];
  const shown = (edge: number) => String(Number(edge.toPrecision(4)));
  const condition =
    from === undefined
      ? to === undefined
        ? name
        : `${name} ≤ ${shown(to)}`
      : to === undefined
        ? `${name} > ${shown(from)}`
        : `${shown(from)} < ${name} ≤ ${shown(to)}`;
  return { bins: Int32Array.from(background, binOf), own: bin, condition };
}
