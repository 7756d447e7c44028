import { useQuery } from '@tanstack/react-query';
import { runsQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { isUnderWay } from '../../lib/states.ts';
import { RunTable } from './run-table.tsx';

export function RunsPage() {
  const runs = useQuery(runsQuery());
  const open = runs.data?.filter(({ state }) => isUnderWay(state)).length ?? 0;
  const waiting = runs.data?.filter(({ state }) => state === 'awaiting_approval').length ?? 0;
  const note = waiting > 0 ? `${waiting} waiting for a decision` : `${open} under way`;
  return (
    <Page title="Retraining runs" aside={runs.data && <span className="quiet">{note}</span>}>
      <Load query={runs} height={260}>
        {(data) => (
          <RunTable
            runs={data}
            empty="No run yet. A trigger of a model starts one, or the button on the model's page."
          />
        )}
      </Load>
    </Page>
  );
}
