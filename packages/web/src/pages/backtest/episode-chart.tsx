import type { Backtest, BacktestEpisode, ModelConfig } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { marksQuery, measurementsQuery } from '../../api/queries.ts';
import { backtestOption } from '../../charts/backtest.ts';
import { toPoints } from '../../charts/series.ts';
import { thresholdsOf } from '../../charts/thresholds.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { describeMetric } from '../../lib/metrics.ts';
import type { Incidents } from './backtest-result.tsx';
import { readNumbers, thresholdKey } from './draft.ts';

interface EpisodeChartProps {
  config: ModelConfig;
  rule: ModelConfig['rules'][number];
  threshold: string;
  span: Pick<Backtest['total'], 'from' | 'to'>;
  episodes: BacktestEpisode[];
  incidents: Incidents;
}

/** The metric of the rule, with the times in which it would have fired. Of a rule over columns, the column that fired most. */
export function EpisodeChart({ config, rule, threshold, span, episodes, incidents }: EpisodeChartProps) {
  const palette = usePalette();
  const { metric } = rule;
  const { column, slice } = aboutOf(rule, episodes);
  const monitor = rule.monitor ?? config.monitors[0]?.name ?? '';
  const { from, to } = span;
  const query = useQuery({
    ...measurementsQuery(config.name, { metric: [metric], monitor, column, slice, from, to }),
    enabled: metric !== '',
  });
  const marks = useQuery(marksQuery(config.name, { from })).data;
  const option = useMemo(() => {
    const points = toPoints(query.data ?? []);
    const key = thresholdKey(rule);
    const [tried] = readNumbers(threshold) ?? [];
    const changed = key && tried !== undefined ? { ...rule, [key]: tried } : rule;
    return backtestOption({
      ...{ metric, points, palette, incidents },
      span: { from: Math.max(Date.parse(from), points[0]?.start ?? 0), to: Date.parse(to) },
      thresholds: thresholdsOf([changed], { metric, column, slice }, points),
      marks: marks ?? [],
      episodes: episodes.filter((one) => one.column === column && one.slice === slice),
    });
  }, [query.data, rule, threshold, metric, column, slice, from, to, marks, episodes, incidents, palette]);
  const about = [column, slice].filter(Boolean).join(', ');
  if (metric === '') return null;
  return (
    <Section
      title={`${describeMetric(metric).label}${about ? ` of ${about}` : ''}`}
      note="shaded where the rule would have fired; incidents are framed"
    >
      <Load query={query} height={340}>
        {(measured) =>
          measured.length === 0 ? (
            <Nothing>Nothing was measured of it in this time.</Nothing>
          ) : (
            <Chart
              option={option}
              height={360}
              label={`${metric}, and ${episodes.length} times the rule would have fired`}
            />
          )
        }
      </Load>
    </Section>
  );
}

function aboutOf(rule: ModelConfig['rules'][number], episodes: readonly BacktestEpisode[]) {
  const counts = new Map<string, number>();
  for (const { column } of episodes) counts.set(column, (counts.get(column) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  const own = rule.column === '*' ? undefined : (rule.column ?? '');
  return { column: own ?? most?.[0] ?? '', slice: rule.slice ?? '' };
}
