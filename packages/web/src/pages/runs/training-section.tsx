import type { Execution, Run } from '@leeway/contract';
import { Anchor, Progress, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { modelQuery } from '../../api/queries.ts';
import { type Objective, rankTrials, searchedParams, trialsOption } from '../../charts/trials.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { ScrollText } from '../../components/scroll-text.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { formatNumber, formatShare } from '../../lib/format.ts';
import { EXECUTION_STATE } from '../../lib/states.ts';
import { formatDuration } from '../../lib/time.ts';

/** What executors were asked to train, and what the trainer wrote. */
export function TrainingSection({ run }: { run: Run }) {
  const { executions, log } = run;
  const tuning = useQuery(modelQuery(run.model)).data?.config.retrain?.tuning;
  const objective = executions.length > 1 ? (tuning?.objective ?? null) : null;
  const done = executions.filter(({ state }) => state === 'succeeded').length;
  const note = executions.length > 1 ? `${done} of ${executions.length} trials succeeded` : undefined;
  return (
    <>
      <Section title="Training" note={note}>
        {objective && <Trials executions={executions} objective={objective} />}
        <ExecutionTable run={run} objective={objective} />
      </Section>
      <Section title="Log" note="the last lines that the trainer wrote">
        {log === '' ? <Nothing>The trainer has written nothing.</Nothing> : <ScrollText label="Log" text={log} />}
      </Section>
    </>
  );
}

function ExecutionTable({ run, objective }: { run: Run; objective: Objective | null }) {
  const ranked = objective ? rankTrials(run.executions, objective) : run.executions;
  const columns: Column<Execution>[] = [
    { title: 'Trial', nowrap: true, cell: (one) => <Trial execution={one} counts={countsFor(run, one)} /> },
    { title: 'State', nowrap: true, cell: (one) => <State execution={one} /> },
    { title: 'Parameters', width: '26%', cell: ({ params }) => <Pairs of={params} /> },
    {
      title: 'Metrics of the trainer',
      width: '22%',
      cell: ({ metrics }) => <Pairs of={metrics} first={objective?.metric} />,
    },
    { title: 'Took', numeric: true, cell: (one) => <Took execution={one} /> },
    { title: 'What it says', width: '24%', cell: ({ reason, message }) => reason ?? message ?? '' },
  ];
  return (
    <DataTable
      label="Trainings"
      rows={ranked}
      columns={columns}
      rowKey={({ id }) => id}
      empty="No training has been planned."
    />
  );
}

/** Whether the challenger is of this training: the parameters of the run are those of the training that counts. */
const countsFor = ({ executions, challenger, params }: Run, { state, params: own }: Execution): boolean =>
  executions.length > 1 &&
  challenger !== null &&
  state === 'succeeded' &&
  JSON.stringify(Object.entries(own).sort()) === JSON.stringify(Object.entries(params).sort());

function Trial({ execution: { trial, rung, executor, url }, counts }: { execution: Execution; counts: boolean }) {
  const name = `Trial ${trial}`;
  return (
    <>
      <Text size="sm" fw={counts ? 600 : 400} span>
        {url && /^https?:\/\//.test(url) ? (
          <Anchor href={url} target="_blank" rel="noreferrer">
            {name}
          </Anchor>
        ) : (
          name
        )}
      </Text>
      <Text size="xs" c="dimmed">
        {executor}
        {rung > 0 && `, rung ${rung}`}
        {counts && ', the challenger'}
      </Text>
    </>
  );
}

function State({ execution: { state, native, progress } }: { execution: Execution }) {
  const shown = state === 'running' && progress !== null;
  return (
    <>
      <StateLabel look={EXECUTION_STATE[state]} />
      {native !== null && (
        <Text size="xs" c="dimmed">
          there: {native}
        </Text>
      )}
      {shown && (
        <>
          <Progress value={progress * 100} size="sm" mt={4} aria-label="Done" />
          <Text size="xs" c="dimmed">
            {formatShare(progress)}
          </Text>
        </>
      )}
    </>
  );
}

function Pairs({ of, first }: { of: Record<string, unknown>; first?: string | undefined }) {
  const names = Object.keys(of).sort((a, b) => Number(b === first) - Number(a === first));
  if (names.length === 0) return <span className="quiet">none</span>;
  return (
    <span className="breaks">
      {names.map((name, i) => {
        const value = of[name];
        return (
          <span key={name}>
            {i > 0 && ', '}
            <span className="quiet">{name}</span>{' '}
            {typeof value === 'number' || value === null ? formatNumber(value) : textOf(value)}
          </span>
        );
      })}
    </span>
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function Took({ execution: { createdAt, startedAt, endedAt } }: { execution: Execution }) {
  if (endedAt === null) return <span className="quiet">{startedAt === null ? 'not begun' : 'under way'}</span>;
  return formatDuration(Date.parse(endedAt) - Date.parse(startedAt ?? createdAt));
}

/** The search at one look: what each trial reached, over the trials or over one parameter. */
function Trials({ executions, objective }: { executions: readonly Execution[]; objective: Objective }) {
  const palette = usePalette();
  const [by, setBy] = useState<string | null>(null);
  const params = searchedParams(executions);
  const option = useMemo(() => trialsOption(executions, objective, by, palette), [executions, objective, by, palette]);
  const scored = executions.filter(({ metrics }) => typeof metrics[objective.metric] === 'number').length;
  if (scored < 2) return null;
  return (
    <div>
      <div className="legend">
        <span>
          {objective.metric}, {objective.goal === 'maximize' ? 'higher' : 'lower'} is better; the best is filled
          {by === null && ', dashed: the best so far'}
        </span>
        {params.length > 0 && (
          <Select
            aria-label="What the trials are drawn over"
            size="xs"
            w={180}
            allowDeselect={false}
            value={by ?? ''}
            data={[{ value: '', label: 'in their order' }, ...params]}
            onChange={(value) => setBy(value || null)}
          />
        )}
      </div>
      <Chart option={option} height={240} label={`${objective.metric} of ${scored} trials; the table below has them`} />
    </div>
  );
}
