import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Relation, relationQuery } from '../../api/signals.ts';
import { correlationInWords, lagInWords, lagOption, pairsOption } from '../../charts/relation.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { Load } from '../../components/load.tsx';
import { Facts, Section } from '../../components/page.tsx';
import { formatNumber } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import type { ModelView } from './view.ts';

interface RelationSectionProps {
  view: ModelView;
  kpi: string;
  metric: string;
}

/** How a KPI and a metric move together, at once and some windows apart. */
export function RelationSection({ view: { name, monitor, span }, kpi, metric }: RelationSectionProps) {
  const query = useQuery(relationQuery(name, kpi, { metric, monitor, ...span }));
  return (
    <Section
      title={`How it goes with ${describeMetric(metric).label}`}
      note="Spearman's rank correlation over windows that have both; it shows no cause"
    >
      <Load query={query} height={260}>
        {(relation) => <Shown relation={relation} kpi={kpi} metric={metric} />}
      </Load>
    </Section>
  );
}

function Shown({ relation, kpi, metric }: { relation: Relation; kpi: string; metric: string }) {
  const palette = usePalette();
  const { same, strongest, lags, points } = relation;
  const pairs = useMemo(
    () => pairsOption({ metric, kpi: `kpi.${kpi}`, points }, palette),
    [metric, kpi, points, palette],
  );
  const byLag = useMemo(() => lagOption(lags, palette), [lags, palette]);
  return (
    <>
      <Facts
        facts={[
          ['In the same window', correlationInWords(same)],
          [
            'Strongest',
            strongest === null ? 'no answer' : `${correlationInWords(strongest)} ${lagInWords(strongest.lag)}`,
          ],
          ['Windows', `${same.n}, worth ${formatNumber(Math.round(same.effective))} independent ones`],
        ]}
      />
      {same.n > 0 && (
        <div className="small-charts">
          <Chart option={pairs} height={250} label={`${kpi} against ${metric}, a dot for each window`} />
          <Chart option={byLag} height={250} label={`Correlation of ${kpi} and ${metric} at each lag`} />
        </div>
      )}
      {strongest !== null && (
        <Text size="xs" c="dimmed">
          The strongest of many is strong by chance, too. Bars are pale where the interval holds zero.
        </Text>
      )}
    </>
  );
}
