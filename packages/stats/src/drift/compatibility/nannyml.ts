import { jensenShannonDistance } from '../jensen-shannon.ts';
import { doaneEdges } from './histogram-edges.ts';
import type { CompatibilityMode } from './mode.ts';

/**
 * NannyML's univariate drift: the Jensen-Shannon distance in base 2 for every column, numbers cut at Doane's edges of
 * the reference, rows outside in one cell more. Its thresholds are mean + 3 deviations of the reference's chunks; 0.1
 * stands here unless one is given.
 */
export const nannyml: CompatibilityMode = {
  id: 'nannyml',
  label: 'NannyML',
  source: 'nannyml 0.13.1',
  choose: () => 'jensen_shannon',
  thresholds: {},
  variants: { jensen_shannon: (cells) => ({ statistic: jensenShannonDistance(cells), pValue: null }) },
  edges: ({ reference }) => doaneEdges(reference),
};
