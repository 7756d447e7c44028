import { RANGES, type Range } from '../../lib/time.ts';

export const TABS = [
  'overview',
  'drift',
  'fairness',
  'quality',
  'service',
  'feedback',
  'kpis',
  'alerts',
  'runs',
  'versions',
  'explain',
  'configuration',
] as const;
export type Tab = (typeof TABS)[number];

/** What of a model's page stands in its address, so that a link shows the same to someone else. */
export interface ModelSearch {
  tab?: Tab;
  range?: Range;
  metric?: string;
  monitor?: string;
  kpi?: string;
  column?: string;
  /** Id of a prediction that is explained. */
  prediction?: string;
  /** Start of a window. */
  at?: string;
}

export function modelSearch(given: Record<string, unknown>): ModelSearch {
  const { tab, range, metric, monitor, kpi, column, prediction, at } = given;
  return {
    ...(isOneOf(TABS, tab) ? { tab } : {}),
    ...(isOneOf(RANGES, range) ? { range } : {}),
    ...(isText(metric) ? { metric } : {}),
    ...(isText(monitor) ? { monitor } : {}),
    ...(isText(kpi) ? { kpi } : {}),
    ...(isText(column) ? { column } : {}),
    ...(isText(prediction) ? { prediction } : {}),
    ...(isText(at) && !Number.isNaN(Date.parse(at)) ? { at } : {}),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isOneOf = <T extends string>(list: readonly T[], value: unknown): value is T => list.includes(value as T);
