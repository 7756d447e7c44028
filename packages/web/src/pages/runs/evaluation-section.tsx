import type { Run, RunEvaluation } from '@leeway/contract';
import { Alert, Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { evaluationQuery, evidenceAddress } from '../../api/retraining.ts';
import { calibrationOption } from '../../charts/calibration.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Facts, Nothing, Section } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { formatCount, formatMetric, formatShare, words } from '../../lib/format.ts';
import { describeMetric, PERFORMANCE_METRICS } from '../../lib/metrics.ts';
import { VERDICT } from '../../lib/states.ts';
import { formatWindow } from '../../lib/time.ts';
import { GateDetails, GateTable } from './gate-table.tsx';
import classes from './runs.module.css';

/** What the verdict rests on: gates, metrics, calibration. */
export function EvaluationSection({ run }: { run: Run }) {
  const judged = run.gates.length > 0;
  const query = useQuery({ ...evaluationQuery(run.id), enabled: judged });
  if (!judged) {
    return (
      <Section title="Evaluation">
        <Nothing>The challenger has not been judged.</Nothing>
      </Section>
    );
  }
  return (
    <>
      <Section
        title="Evaluation"
        note="the challenger against the champion, on the same held-out rows"
        actions={query.data && <Evidence run={run.id} />}
      >
        {query.data && <Basis evaluation={query.data} />}
        <GateTable gates={run.gates} />
        <GateDetails gates={run.gates} />
      </Section>
      <Load query={query}>{(evaluation) => <Numbers evaluation={evaluation} />}</Load>
    </>
  );
}

function Evidence({ run }: { run: string }) {
  return (
    <span>
      The evidence as{' '}
      <Anchor href={evidenceAddress(run, 'html')} target="_blank">
        a page
      </Anchor>{' '}
      or <Anchor href={evidenceAddress(run, 'md')}>Markdown</Anchor>
    </span>
  );
}

const WITHOUT: Record<string, string> = {
  no_champion: 'There is no champion to compare with.',
  champion_not_scored: 'The champion could not score the held-out rows, so nothing was compared with it.',
};

function Basis({ evaluation }: { evaluation: RunEvaluation }) {
  const { verdict, rows, usedRows, regimes, from, to, labelledShare, withoutChampion, notes } = evaluation;
  const told = [...(withoutChampion ? [WITHOUT[withoutChampion] ?? words(withoutChampion)] : []), ...notes];
  return (
    <>
      <Facts
        facts={[
          ['Verdict', <StateLabel key="verdict" look={VERDICT[verdict]} />],
          ['Held out (UTC)', formatWindow(from, to)],
          [
            'Rows',
            usedRows < rows ? `${formatCount(rows)}, ${formatCount(usedRows)} of them tested` : formatCount(rows),
          ],
          ['Regimes', regimes.map(({ regime, rows: n }) => `${regime} ${formatCount(n)}`).join(', ') || 'one'],
          ['Labels known', labelledShare === null ? 'not known' : formatShare(labelledShare)],
        ]}
      />
      {told.length > 0 && (
        <Alert variant="default" title="To know beside the numbers">
          <ul className={classes['plain']}>
            {told.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Alert>
      )}
    </>
  );
}

type Row = RunEvaluation['metrics'][number];

const METRIC_COLUMNS: Column<Row>[] = [
  { title: 'Metric', cell: ({ metric }) => describeMetric(metric).label },
  { title: 'Champion', numeric: true, cell: ({ metric, champion }) => <Value metric={metric} of={champion} /> },
  { title: 'Challenger', numeric: true, cell: ({ metric, challenger }) => <Value metric={metric} of={challenger} /> },
];

function Value({ metric, of }: { metric: string; of: Row['champion'] }) {
  if (of === null) return <span className="quiet">–</span>;
  if (of.value === null) return <span className="quiet">{words(of.reason ?? 'no value')}</span>;
  return (
    <>
      {formatMetric(metric, of.value)}
      {of.lower !== null && of.upper !== null && (
        <Text size="xs" c="dimmed">
          {formatMetric(metric, of.lower)} to {formatMetric(metric, of.upper)}
        </Text>
      )}
    </>
  );
}

/** Of the many metrics of a task the most telling. */
const SHOWN_METRICS = 8;

function Numbers({ evaluation: { task, metrics, calibration } }: { evaluation: RunEvaluation }) {
  const [all, setAll] = useState(false);
  const rank = (metric: string) => {
    const place = PERFORMANCE_METRICS[task].indexOf(metric);
    return place < 0 ? Number.POSITIVE_INFINITY : place;
  };
  const sorted = metrics.toSorted((a, b) =>
    rank(a.metric) < rank(b.metric) ? -1 : Number(rank(a.metric) > rank(b.metric)),
  );
  const more = metrics.length - SHOWN_METRICS;
  return (
    <div className={classes['two']}>
      <Section title="Metrics" note="of all held-out rows, with 95 % intervals">
        <DataTable
          label="Metrics"
          rows={all ? sorted : sorted.slice(0, SHOWN_METRICS)}
          columns={METRIC_COLUMNS}
          rowKey={({ metric }) => metric}
          empty="No metric was computed."
        />
        {more > 0 && (
          <div>
            <Button variant="default" onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show ${more} more`}
            </Button>
          </div>
        )}
      </Section>
      {calibration && <Calibration curves={calibration} />}
    </div>
  );
}

function Calibration({ curves }: { curves: NonNullable<RunEvaluation['calibration']> }) {
  const palette = usePalette();
  const option = useMemo(() => calibrationOption(curves, palette), [curves, palette]);
  return (
    <Section title="Calibration">
      <div className="legend">
        <span>
          <span className="dot" style={{ background: palette.accent }} /> challenger
        </span>
        {curves.champion && (
          <span>
            <span className="dot" style={{ background: palette.reference, borderRadius: 1 }} /> champion
          </span>
        )}
        <span>dashed: scores that are probabilities</span>
      </div>
      <Chart option={option} height={300} label="Share of positives over the mean score, of challenger and champion" />
    </Section>
  );
}
