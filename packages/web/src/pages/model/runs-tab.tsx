import { useQuery } from '@tanstack/react-query';
import { runsQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { RunTable } from '../runs/run-table.tsx';
import type { ModelView } from './view.ts';

export function RunsTab({ view }: { view: ModelView }) {
  const runs = useQuery(runsQuery(view.name));
  const empty = view.config.retrain
    ? 'No retraining run yet. A trigger starts one, or the button above.'
    : 'This model is not retrained by Leeway: its configuration has no `retrain`.';
  return <Load query={runs}>{(data) => <RunTable runs={data} ofOneModel empty={empty} />}</Load>;
}
