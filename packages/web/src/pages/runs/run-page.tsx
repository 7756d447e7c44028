import type { Run } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { runQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { shortId } from '../../lib/format.ts';
import { RUN_STATE } from '../../lib/states.ts';
import { DatasetSection } from './dataset-section.tsx';
import { DecisionSection } from './decision-section.tsx';
import { EvaluationSection } from './evaluation-section.tsx';
import { ImportanceSection } from './importance-section.tsx';
import { RunActions } from './run-actions.tsx';
import { RunError, RunFacts, RunOccasions } from './run-facts.tsx';
import { RunProgress } from './run-progress.tsx';
import { TrainingSection } from './training-section.tsx';

export function RunPage() {
  const { id } = useParams({ from: '/shell/runs/$id' });
  const query = useQuery(runQuery(id));
  return (
    <Load query={query} height={420}>
      {(run) => <Record run={run} />}
    </Load>
  );
}

/** The whole record of a run, in the order in which a person asks for it. */
function Record({ run }: { run: Run }) {
  const explained = run.challenger !== null && run.gates.some(({ type }) => type === 'explain');
  return (
    <Page
      title={`Run ${shortId(run.id)}`}
      aside={<StateLabel look={RUN_STATE[run.state]} />}
      actions={<RunActions run={run} />}
    >
      <RunFacts run={run} />
      <RunProgress run={run} />
      {run.error && <RunError error={run.error} />}
      <RunOccasions run={run} />
      <DecisionSection run={run} />
      {run.begunAt !== null && (
        <>
          <EvaluationSection run={run} />
          {explained && <ImportanceSection model={run.model} version={run.challenger!} />}
          <DatasetSection info={run.dataset} />
          <TrainingSection run={run} />
        </>
      )}
    </Page>
  );
}
