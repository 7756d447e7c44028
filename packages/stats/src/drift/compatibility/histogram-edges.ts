/** What equal-width edges are made from. */
export interface RangeFacts {
  count: number;
  min: number;
  max: number;
  /** Population skewness; only Doane's rule asks for it. */
  skewness?: number;
  /** Whether NumPy would hold the column as whole numbers: then no bin is narrower than 1. Default false. */
  whole?: boolean;
}

/**
 * Edges of `numpy.histogram_bin_edges(x, bins='sturges')`: ceil(range / width) bins of equal width, width = range /
 * (log2 n + 1). Source: Sturges (1926), JASA 21.
 */
export function sturgesEdges(facts: RangeFacts): number[] {
  return equalWidth(facts, Math.log2(facts.count) + 1);
}

/**
 * Edges of `numpy.histogram_bin_edges(x, bins='doane')`: as Sturges', with log2(1 + |skewness| / error) bins more, error
 * = sqrt(6 (n - 2) / ((n + 1)(n + 3))). Source: Doane (1976), American Statistician 30.
 */
export function doaneEdges({ skewness = 0, ...facts }: RangeFacts): number[] {
  const n = facts.count;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const more = n > 2 && facts.max > facts.min ? Math.log2(1 + Math.abs(skewness) / error) : null;
  // NannyML turns whole numbers into floats first.
  return equalWidth({ ...facts, whole: false }, more === null ? 1 : 1 + Math.log2(n) + more);
}

function equalWidth({ min, max, whole = false }: RangeFacts, parts: number): number[] {
  const [low, high] = min === max ? [min - 0.5, max + 0.5] : [min, max];
  const width = Math.max((max - min) / parts, whole ? 1 : 0);
  const bins = width > 0 ? Math.ceil((max - min) / width) || 1 : 1;
  const step = (high - low) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * step));
}
