import type { AlertState } from '@leeway/contract';
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { alertsQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { AlertTable } from './alert-table.tsx';
import { Silences } from './silences.tsx';

const OPEN = 'open';
const FILTERS = [
  { value: OPEN, label: 'Open' },
  { value: 'firing', label: 'Firing' },
  { value: 'pending', label: 'Pending' },
  { value: 'recovering', label: 'Recovering' },
  { value: 'resolved', label: 'Resolved' },
  { value: 'all', label: 'All' },
] as const;
type Filter = (typeof FILTERS)[number]['value'];

const EMPTY: Record<Filter, string> = {
  open: 'Nothing is open: every rule that can be judged is well.',
  firing: 'Nothing is firing.',
  pending: 'Nothing is pending.',
  recovering: 'Nothing is recovering.',
  resolved: 'No alert has been resolved yet.',
  all: 'There has been no alert yet.',
};

export function AlertsPage() {
  const search = useSearch({ from: '/shell/alerts' });
  const navigate = useNavigate({ from: '/alerts' });
  const filter: Filter = FILTERS.find(({ value }) => value === search.state)?.value ?? OPEN;
  const state: AlertState | undefined = filter === OPEN || filter === 'all' ? undefined : filter;
  const alerts = useQuery(alertsQuery({ state }));
  const choose = (value: string) => void navigate({ search: value === OPEN ? {} : { state: value } });
  return (
    <Page
      title="Alerts"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="State"
          value={filter}
          onChange={choose}
          data={FILTERS.map((one) => ({ ...one }))}
        />
      }
    >
      <Load query={alerts} height={260}>
        {(all) => (
          <AlertTable
            alerts={filter === OPEN ? all.filter((alert) => alert.state !== 'resolved') : all}
            empty={EMPTY[filter]}
          />
        )}
      </Load>
      <Silences />
    </Page>
  );
}
