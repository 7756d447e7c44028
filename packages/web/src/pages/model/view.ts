import type { ModelConfig, ModelSummary } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { modelQuery } from '../../api/queries.ts';
import { endOf, later, lengthMs, type Range, spanOf } from '../../lib/time.ts';
import type { ModelSearch } from './search.ts';

/** What every tab of a model's page is about. */
export interface ModelView {
  name: string;
  summary: ModelSummary;
  config: ModelConfig;
  /** The monitor whose windows are shown. */
  monitor: string;
  range: Range;
  span: { from: string; to: string };
  /** The end of the span that is shown where there is a number for every column or slice of every window. */
  dense: { from: string; to: string };
  windowMs: number;
  search: ModelSearch;
  change: (patch: { [Key in keyof ModelSearch]: ModelSearch[Key] | undefined }) => void;
}

export const DEFAULT_RANGE: Range = '90d';
export const MOST_DENSE_WINDOWS = 400;

export function useModelQuery(name: string) {
  return useQuery(modelQuery(name));
}

export function useModelView(
  name: string,
  { summary, config }: { summary: ModelSummary; config: ModelConfig },
): ModelView {
  const search = useSearch({ from: '/shell/models/$model' });
  const navigate = useNavigate({ from: '/models/$model' });
  const range = search.range ?? DEFAULT_RANGE;
  const newest = later(summary.lastWindow, summary.lastPrediction);
  const span = useMemo(() => spanOf(range, newest), [range, newest]);
  const change = useCallback<ModelView['change']>(
    (patch) => {
      void navigate({
        search: (before) =>
          Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined)),
        resetScroll: false,
        replace: !('tab' in patch),
      });
    },
    [navigate],
  );
  const known = config.monitors.some((monitor) => monitor.name === search.monitor);
  const monitor = (known ? search.monitor : config.monitors[0]?.name) ?? 'daily';
  const windowMs = lengthMs(config.monitors.find((one) => one.name === monitor)?.window ?? '1d');
  const dense = useMemo(() => endOf(span, MOST_DENSE_WINDOWS * windowMs), [span, windowMs]);
  return { name, summary, config, monitor, range, span, dense, windowMs, search, change };
}
