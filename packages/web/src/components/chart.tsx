import { useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { type Palette, palettes } from '../charts/palette.ts';
import { init } from '../charts/setup.ts';

export function usePalette(): Palette {
  return palettes[useComputedColorScheme('light')];
}

interface ChartProps {
  option: EChartsCoreOption;
  height: number;
  /** What a screen reader says in place of the picture. */
  label: string;
  onPick?: ((data: unknown) => void) | undefined;
}

/** An ECharts picture of an option, as wide as its place. */
export function Chart({ option, height, label, onPick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const element = place.current!;
    const made = init(element);
    chart.current = made;
    // What is picked may take the chart away, which must not happen while the chart is still telling of the click.
    made.on('click', ({ data }) => queueMicrotask(() => pick.current?.(data)));
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      // Painting may be spread over frames; an empty picture ends it, since it would go on after the end of the chart.
      made.clear();
      made.getZr().flush();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);

  return <div ref={place} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
