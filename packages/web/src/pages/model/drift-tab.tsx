import type { Measurement } from '@leeway/contract';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery, windowsQuery } from '../../api/queries.ts';
import { cellKey, heatmapClasses, heatmapOption, ROW_HEIGHT, toGrid } from '../../charts/heatmap.ts';
import { toPoints } from '../../charts/series.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { ColumnPanel } from './column-panel.tsx';
import { MetricTimeline } from './metric-timeline.tsx';
import { MultivariateSection } from './multivariate-section.tsx';
import type { ModelView } from './view.ts';

export function DriftTab({ view }: { view: ModelView }) {
  const { name, monitor, span, dense } = view;
  const share = useQuery(measurementsQuery(name, { metric: ['drift.share'], monitor, ...span }));
  const scores = useQuery(measurementsQuery(name, { metric: ['drift.score'], monitor, column: '*', ...dense }));
  const windows = useQuery(windowsQuery(name, span)).data;
  const points = useMemo(
    () =>
      toPoints(
        share.data ?? [],
        windows?.filter((window) => window.monitor === monitor && window.rows === 0),
      ),
    [share.data, windows, monitor],
  );
  return (
    <Stack gap="lg">
      <Section title="Drifted columns" note="share of all columns, per window">
        <Load query={share} height={150}>
          {() => <MetricTimeline view={view} metric="drift.share" points={points} height={150} />}
        </Load>
      </Section>
      <Section
        title="Drift by column and window"
        note="choose a cell to see the distribution"
        actions={<HeatmapLegend />}
      >
        <Load query={scores} height={320}>
          {(measurements) =>
            measurements.length === 0 ? (
              <Nothing>
                No drift was measured in this time. It needs a reference and a closed window with enough rows.
              </Nothing>
            ) : (
              <Heatmap view={view} measurements={measurements} />
            )
          }
        </Load>
      </Section>
      <MultivariateSection view={view} />
    </Stack>
  );
}

function Heatmap({ view, measurements }: { view: ModelView; measurements: Measurement[] }) {
  const { search, change } = view;
  const palette = usePalette();
  const grid = useMemo(() => toGrid(measurements), [measurements]);
  const column = search.column && grid.columns.includes(search.column) ? search.column : grid.columns[0]!;
  const window = windowAt(grid.windows, search.at) ?? grid.windows.at(-1)!;
  const option = useMemo(
    () => heatmapOption({ grid, palette, chosen: { column, window } }),
    [grid, palette, column, window],
  );
  const rows = grid.columns.toReversed();
  const pick = (data: unknown) => {
    const value = (data as { value?: [number, number] } | undefined)?.value;
    if (value) change({ column: rows[value[1]], at: grid.windows[value[0]] });
  };
  return (
    <Stack gap="md">
      <Chart
        option={option}
        height={grid.columns.length * ROW_HEIGHT + 28}
        label={`Drift scores of ${grid.columns.length} columns in ${grid.windows.length} windows; the most drifted: ${grid.columns[0]}`}
        onPick={pick}
      />
      <ColumnPanel
        view={view}
        columns={grid.columns}
        windows={grid.windows}
        column={column}
        window={window}
        cell={grid.cells.get(cellKey(column, window))}
      />
    </Stack>
  );
}

/** The window that holds an instant, by the starts of the windows. */
function windowAt(starts: readonly string[], at: string | undefined): string | undefined {
  return at === undefined ? undefined : starts.findLast((start) => Date.parse(start) <= Date.parse(at));
}

function HeatmapLegend() {
  const classes = heatmapClasses(usePalette());
  return (
    <div className="legend" style={{ gap: 0 }}>
      {classes.map(({ label, color }, i) => (
        <span key={label} style={{ marginLeft: i === 0 ? 0 : i < 3 ? 14 : 0, gap: i < 2 ? 6 : 0 }}>
          <span
            style={{
              width: i < 2 ? 14 : 26,
              height: 12,
              background: color,
              border: i < 2 ? '1px solid var(--edge)' : 0,
            }}
          />
          {i < 2 ? label : <span style={{ marginLeft: -26, width: 26, marginTop: 26, fontSize: 11 }}>{label}</span>}
        </span>
      ))}
    </div>
  );
}
