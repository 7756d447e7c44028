import { useQuery } from '@tanstack/react-query';
import { alertsQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { AlertTable } from '../alerts/alert-table.tsx';
import type { ModelView } from './view.ts';

export function AlertsTab({ view }: { view: ModelView }) {
  const alerts = useQuery(alertsQuery({ model: view.name }));
  return <Load query={alerts}>{(data) => <AlertTable alerts={data} empty="This model has had no alert yet." />}</Load>;
}
