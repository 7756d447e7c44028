import type { Run } from '@leeway/contract';
import { Alert, Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { runQuery } from '../../api/queries.ts';
import { Hash } from '../../components/hash.tsx';
import { Load } from '../../components/load.tsx';
import { Facts, Nothing, Page, Section } from '../../components/page.tsx';
import { ScrollText } from '../../components/scroll-text.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { formatCount, shortId, words } from '../../lib/format.ts';
import { RUN_STATE } from '../../lib/states.ts';
import { formatDuration, formatWindow } from '../../lib/time.ts';
import { GateTable } from './gate-table.tsx';
import { RunActions } from './run-actions.tsx';
import { RunProgress } from './run-progress.tsx';

export function RunPage() {
  const { id } = useParams({ from: '/shell/runs/$id' });
  const query = useQuery(runQuery(id));
  return (
    <Load query={query} height={420}>
      {(run) => <Detail run={run} />}
    </Load>
  );
}

function Detail({ run }: { run: Run }) {
  return (
    <Page
      title={`Run ${shortId(run.id)}`}
      aside={<StateLabel look={RUN_STATE[run.state]} />}
      actions={<RunActions run={run} />}
    >
      <Facts facts={factsOf(run)} />
      <RunProgress run={run} />
      {run.error && (
        <Alert variant="light" color="orange" title={words(run.error.code)}>
          {run.error.detail}
        </Alert>
      )}
      {run.decision && (
        <Section title="Decision">
          <Text size="sm">{run.decision}</Text>
        </Section>
      )}
      <Section title="Gates" note="the challenger against the champion, on the same held-out rows">
        {run.gates.length === 0 ? <Nothing>The gates have not been judged.</Nothing> : <GateTable gates={run.gates} />}
      </Section>
      <Section title="Data">
        {run.dataset ? <Dataset dataset={run.dataset} /> : <Nothing>No data have been prepared.</Nothing>}
      </Section>
      <Section title="Log" note="the last lines that the trainer wrote">
        {run.log === '' ? (
          <Nothing>The trainer has written nothing.</Nothing>
        ) : (
          <ScrollText label="Log" text={run.log} />
        )}
      </Section>
    </Page>
  );
}

function factsOf({ id, model, trigger, reason, alert, champion, challenger, createdAt, endedAt, updatedAt }: Run) {
  return [
    [
      'Model',
      <Anchor key="model" renderRoot={(props) => <Link to="/models/$model" params={{ model }} {...props} />}>
        {model}
      </Anchor>,
    ],
    ['Champion', champion ?? 'none'],
    ['Challenger', challenger ?? 'none yet'],
    [
      'Trigger',
      alert ? (
        <Anchor key="alert" renderRoot={(props) => <Link to="/alerts/$id" params={{ id: alert }} {...props} />}>
          {trigger}
        </Anchor>
      ) : (
        trigger
      ),
    ],
    ['Reason', reason || 'none given'],
    ['Id', id],
    ['Begun', <Time key="begun" at={createdAt} />],
    endedAt
      ? (['Took', formatDuration(Date.parse(endedAt) - Date.parse(createdAt))] as const)
      : (['Last change', <Time key="changed" at={updatedAt} />] as const),
  ] as const;
}

function Dataset({ dataset }: { dataset: NonNullable<Run['dataset']> }) {
  const { start, holdoutStart, end, trainRows, holdoutRows, hash } = dataset;
  return (
    <Facts
      facts={[
        ['Trained on (UTC)', formatWindow(start, holdoutStart)],
        ['Rows', formatCount(trainRows)],
        ['Held out (UTC)', formatWindow(holdoutStart, end)],
        ['Held-out rows', formatCount(holdoutRows)],
        ['SHA-256', <Hash key="hash" hash={hash} />],
      ]}
    />
  );
}
