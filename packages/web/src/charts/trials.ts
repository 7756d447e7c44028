import type { Execution } from '@leeway/contract';
import type { EChartsCoreOption } from 'echarts/core';
import { formatNumber } from '../lib/format.ts';
import type { Palette } from './palette.ts';
import { tooltipHtml, tooltipStyle } from './tooltip.ts';

/** What is compared between the trials of a search. */
export interface Objective {
  metric: string;
  goal: 'maximize' | 'minimize';
}

const scoreOf = ({ metrics }: Execution, { metric }: Objective): number | null => metrics[metric] ?? null;

/** Whether the first is better than the second, where both are known. */
const beats = (a: number, b: number, { goal }: Objective) => (goal === 'maximize' ? a > b : a < b);

/** Trials with the best first; those without a score keep their order and come last. */
export function rankTrials(trials: readonly Execution[], objective: Objective): Execution[] {
  return trials.toSorted((a, b) => {
    const [one, other] = [scoreOf(a, objective), scoreOf(b, objective)];
    if (one === null || other === null) return one === other ? a.trial - b.trial : one === null ? 1 : -1;
    return one === other ? a.trial - b.trial : beats(one, other, objective) ? -1 : 1;
  });
}

/** Parameters that were searched: numbers of which there are several. */
export function searchedParams(trials: readonly Execution[]): string[] {
  const names = new Set(trials.flatMap(({ params }) => Object.keys(params)));
  return [...names].filter((name) => {
    const values = trials.map(({ params }) => params[name]).filter((value) => value !== undefined);
    return values.every((value) => typeof value === 'number') && new Set(values).size > 1;
  });
}

/** The objective of each trial over its number or over one of its parameters; over the number also the best so far. */
export function trialsOption(
  trials: readonly Execution[],
  objective: Objective,
  by: string | null,
  palette: Palette,
): EChartsCoreOption {
  const best = rankTrials(trials, objective)[0]?.id;
  const dots = trials.flatMap((trial) => {
    const x = by === null ? trial.trial : trial.params[by];
    const y = scoreOf(trial, objective);
    return typeof x === 'number' && y !== null ? [{ trial, value: [x, y] as const }] : [];
  });
  const axis = (name: string) => ({
    type: 'value',
    scale: true,
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: palette.dim, fontSize: 11 },
    axisLabel: { color: palette.dim, fontSize: 11, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: palette.line } },
    splitLine: { lineStyle: { color: palette.line } },
  });
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 64, right: 18, top: 12, bottom: 42 },
    xAxis: { ...axis(by ?? 'trial'), nameGap: 26, ...(by === null ? { minInterval: 1 } : {}) },
    yAxis: { ...axis(objective.metric), nameGap: 48 },
    tooltip: {
      trigger: 'item',
      ...tooltipStyle(palette),
      formatter: ({ data }: { data: { trial: Execution; value: readonly [number, number] } }) =>
        tooltipHtml(`Trial ${data.trial.trial}`, [
          [objective.metric, formatNumber(data.value[1])],
          ...Object.entries(data.trial.params).map(([name, value]) => [name, String(value)] as const),
        ]),
    },
    series: [
      ...(by === null
        ? [
            {
              type: 'line',
              id: 'best',
              step: 'end',
              silent: true,
              symbol: 'none',
              lineStyle: { color: palette.reference, width: 1.25, type: 'dashed' },
              data: bestSoFar(
                dots.map(({ value }) => value),
                objective,
              ),
            },
          ]
        : []),
      {
        type: 'scatter',
        id: 'trials',
        data: dots.map(({ trial, value }) => ({
          trial,
          value,
          symbolSize: trial.id === best ? 14 : 8,
          itemStyle: {
            color: trial.id === best ? palette.accent : palette.surface,
            borderColor: palette.accent,
            borderWidth: 1.5,
          },
        })),
        z: 3,
      },
    ],
  };
}

/** The best score up to each trial, in their order. */
export function bestSoFar(points: readonly (readonly [number, number])[], objective: Objective): [number, number][] {
  let best: number | null = null;
  return points
    .toSorted((a, b) => a[0] - b[0])
    .map(([trial, score]) => {
      best = best === null || beats(score, best, objective) ? score : best;
      return [trial, best];
    });
}
