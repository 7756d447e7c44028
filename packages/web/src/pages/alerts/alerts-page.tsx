import type { Alert } from '@leeway/contract';
import { Button, Kbd, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { alertPagesQuery } from '../../api/alerts.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { SilenceDialog } from '../silences/silence-dialog.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AlertTable, ROW_LINK } from './alert-table.tsx';
import classes from './alerts.module.css';
import { FilterBar } from './filter-bar.tsx';
import { type AlertSearch, filterOf, isNarrowed, OPEN } from './filters.ts';
import { type Command, stepTo, useCommands } from './keys.ts';
import { SilenceManyDialog } from './silence-many-dialog.tsx';

const EMPTY: Record<string, string> = {
  open: 'Nothing is open: every rule that can be judged is well.',
  firing: 'Nothing is firing.',
  pending: 'Nothing is pending.',
  recovering: 'Nothing is recovering.',
  resolved: 'No alert has been resolved yet.',
  all: 'There has been no alert yet.',
};

interface Doing {
  what: 'acknowledge' | 'silence';
  alerts: Alert[];
}

export function AlertsPage() {
  const search = useSearch({ from: '/shell/alerts' });
  const navigate = useNavigate({ from: '/alerts' });
  const query = useInfiniteQuery(alertPagesQuery(filterOf(search)));
  const shown = useMemo(() => query.data ?? [], [query.data]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [doing, setDoing] = useState<Doing | null>(null);
  const open = shown.filter(({ state }) => state !== 'resolved');
  const selected = open.filter(({ id }) => chosen.has(id));

  const close = () => setDoing(null);
  useCommands((command) => {
    const focused = follow(command);
    const here = open.filter(({ id }) => id === focused);
    const toggled = new Set(chosen);
    for (const { id } of here) if (!toggled.delete(id)) toggled.add(id);
    if (command === 'select') setChosen(toggled);
    if (command !== 'acknowledge' && command !== 'silence') return;
    const alerts = selected.length > 0 ? selected : here;
    if (alerts.length > 0) setDoing({ what: command, alerts });
  });

  return (
    <Page title="Alerts" actions={<Keys />}>
      <FilterBar
        search={search}
        shown={shown}
        onChange={(next: AlertSearch) => {
          setChosen(new Set());
          void navigate({ search: next, replace: true });
        }}
      />
      {selected.length > 0 && (
        <section className={classes['selection']} aria-label="What is chosen">
          <strong>{selected.length} chosen</strong>
          <Button variant="default" onClick={() => setDoing({ what: 'acknowledge', alerts: selected })}>
            Acknowledge
          </Button>
          <Button variant="default" onClick={() => setDoing({ what: 'silence', alerts: selected })}>
            Silence
          </Button>
          <Button variant="subtle" onClick={() => setChosen(new Set())}>
            Choose none
          </Button>
        </section>
      )}
      <Load query={query} height={260}>
        {(alerts) => (
          <AlertTable
            alerts={alerts}
            chosen={chosen}
            onChoose={setChosen}
            empty={isNarrowed(search) ? 'No alert is like that.' : EMPTY[search.state ?? OPEN]!}
          />
        )}
      </Load>
      {query.hasNextPage && (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          style={{ alignSelf: 'center' }}
        >
          More
        </Button>
      )}
      {doing?.what === 'acknowledge' && <AcknowledgeDialog alerts={doing.alerts} onClose={close} />}
      {doing?.what === 'silence' &&
        (doing.alerts.length === 1 ? (
          <SilenceDialog labels={doing.alerts[0]!.labels} onClose={close} />
        ) : (
          <SilenceManyDialog alerts={doing.alerts} onClose={close} />
        ))}
    </Page>
  );
}

/** Moves the focus from row to row; gives the alert of the row that has it. */
function follow(command: Command): string | null {
  const links = [...document.querySelectorAll<HTMLElement>(`[${ROW_LINK}]`)];
  const row = document.activeElement?.closest('tr');
  const current = row ? links.findIndex((link) => row.contains(link)) : -1;
  if (command === 'next' || command === 'previous') {
    const link = links[stepTo(current, links.length, command)];
    link?.focus();
    link?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  }
  return links[current]?.getAttribute(ROW_LINK) ?? null;
}

const Keys = () => (
  <Text size="xs" c="dimmed" visibleFrom="md">
    <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> move, <Kbd size="xs">x</Kbd> choose, <Kbd size="xs">a</Kbd>{' '}
    acknowledge, <Kbd size="xs">s</Kbd> silence
  </Text>
);
