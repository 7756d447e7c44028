import type { BacktestVariant } from '@leeway/contract';
import { Badge, Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { describeScore, isScored, tradeoffOption, valuesInWords } from '../../charts/tradeoff.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';

interface TradeoffProps {
  variants: BacktestVariant[];
  /** Replays with these values. */
  onTry: (values: BacktestVariant['values']) => void;
}

const FIRST_ROWS = 10;

/** What is given up for what: every variant that was tried. */
export function Tradeoff({ variants, onTry }: TradeoffProps) {
  const palette = usePalette();
  const option = useMemo(() => tradeoffOption(variants, palette), [variants, palette]);
  const [all, setAll] = useState(false);
  const scored = isScored(variants);
  const rows = variants.toSorted((a, b) => Number(b.chosen) - Number(a.chosen) || Number(b.pareto) - Number(a.pareto));
  const names = describeScore(variants[0]!.score, true).map(([name]) => name);
  const textOf = (score: BacktestVariant['score'], name: string) =>
    describeScore(score, true).find(([one]) => one === name)?.[1] ?? '–';
  const held = variants.some((variant) => variant.held !== null);
  const columns: Column<BacktestVariant>[] = [
    {
      title: 'Values',
      nowrap: true,
      cell: (variant) => (
        <>
          {valuesInWords(variant)}{' '}
          {variant.chosen && (
            <Badge size="sm" variant="light" tt="none" className="whole">
              best
            </Badge>
          )}
          {!variant.chosen && variant.pareto && (
            <Badge size="sm" variant="default" tt="none" fw={400} className="whole">
              not beaten
            </Badge>
          )}
        </>
      ),
    },
    ...names.map((name) => ({
      title: name,
      numeric: true,
      cell: ({ score }: BacktestVariant) => textOf(score, name),
    })),
    ...(held
      ? [
          {
            title: scored ? 'Found on the rest' : 'Pages a week on the rest',
            hint: 'Over the time that nothing was chosen on.',
            numeric: true,
            cell: (variant: BacktestVariant) =>
              variant.held ? textOf(variant.held, scored ? 'Incidents found' : 'Pages a week') : '–',
          },
        ]
      : []),
    {
      title: '',
      cell: (variant) => (
        <Button variant="default" size="compact-xs" onClick={() => onTry(variant.values)}>
          Replay
        </Button>
      ),
    },
  ];
  return (
    <Section
      title="Trade-off"
      note={
        scored
          ? 'each dot is a variant; the best lie to the upper left'
          : 'each dot is a variant; without incidents it is not known which alarms are worth it'
      }
    >
      <Chart
        option={option}
        height={300}
        label={`${variants.length} variants of the rule`}
        onPick={(data) => {
          const { variant } = data as { variant?: BacktestVariant };
          if (variant) onTry(variant.values);
        }}
      />
      <DataTable
        label="Variants"
        rows={all ? rows : rows.slice(0, FIRST_ROWS)}
        columns={columns}
        rowKey={(variant) => valuesInWords(variant)}
        empty=""
      />
      {!all && rows.length > FIRST_ROWS && (
        <Button variant="default" style={{ alignSelf: 'center' }} onClick={() => setAll(true)}>
          {rows.length - FIRST_ROWS} more
        </Button>
      )}
    </Section>
  );
}
