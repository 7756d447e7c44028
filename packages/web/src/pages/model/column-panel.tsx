import type { Measurement } from '@leeway/contract';
import { Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { distributionQuery } from '../../api/queries.ts';
import { distributionOption } from '../../charts/distribution.ts';
import { describeDrift } from '../../charts/heatmap.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { Load } from '../../components/load.tsx';
import { Facts, Section } from '../../components/page.tsx';
import { formatCount } from '../../lib/format.ts';
import type { ModelView } from './view.ts';

interface ColumnPanelProps {
  view: ModelView;
  columns: string[];
  windows: string[];
  column: string;
  window: string;
  cell: Measurement | undefined;
}

/** One column in one window: its values beside those of the reference, and what the test said. */
export function ColumnPanel({ view, columns, windows, column, window, cell }: ColumnPanelProps) {
  const palette = usePalette();
  const query = useQuery(distributionQuery(view.name, column, window));
  const option = useMemo(() => query.data && distributionOption(query.data, palette), [query.data, palette]);
  return (
    <Section
      title="Distribution"
      actions={
        <>
          <Select
            aria-label="Column"
            size="xs"
            w={180}
            searchable
            allowDeselect={false}
            value={column}
            data={columns}
            onChange={(value) => view.change({ column: value ?? undefined })}
          />
          <Select
            aria-label="Window"
            size="xs"
            w={130}
            searchable
            allowDeselect={false}
            value={window}
            data={windows.toReversed().map((start) => ({
              value: start,
              label: start.slice(0, start.endsWith('T00:00:00.000Z') ? 10 : 16).replace('T', ' '),
            }))}
            onChange={(value) => view.change({ at: value ?? undefined })}
          />
        </>
      }
    >
      <Stack gap="xs">
        {cell ? (
          <Facts facts={describeDrift(cell)} />
        ) : (
          <span className="quiet">It was not measured in this window.</span>
        )}
        {cell?.reason && <span className="quiet">{cell.reason}</span>}
        <Load query={query} height={240}>
          {({ referenceRows, currentRows }) => (
            <>
              <div className="legend">
                <span>
                  <span style={{ width: 14, height: 10, background: palette.reference, opacity: 0.5 }} />
                  reference, {formatCount(referenceRows)} rows
                </span>
                <span>
                  <span style={{ width: 14, height: 10, border: `2px solid ${palette.accent}` }} />
                  this window, {formatCount(currentRows)} rows
                </span>
              </div>
              {option && (
                <Chart
                  option={option}
                  height={240}
                  label={`Distribution of ${column} in the window and in the reference`}
                />
              )}
            </>
          )}
        </Load>
      </Stack>
    </Section>
  );
}
