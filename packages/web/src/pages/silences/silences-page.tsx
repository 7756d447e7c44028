import type { Silence } from '@leeway/contract';
import { Button, SegmentedControl } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBellOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useNow } from '../../api/clock.ts';
import { silencesQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { type Phase, phaseOf } from './draft.ts';
import { SilenceDialog } from './silence-dialog.tsx';
import { SilenceTable } from './silence-table.tsx';

const PHASES: Record<Phase, { label: string; empty: string }> = {
  active: { label: 'Active', empty: 'Nothing is silenced now.' },
  coming: { label: 'To come', empty: 'No silence is planned.' },
  ended: { label: 'Ended', empty: 'No silence has ended yet.' },
};

export function SilencesPage() {
  const { phase = 'active' } = useSearch({ from: '/shell/silences' });
  const navigate = useNavigate({ from: '/silences' });
  const silences = useQuery(silencesQuery);
  const [making, dialog] = useDisclosure(false);
  const now = useNow()();
  const count = (of: Phase) => silences.data?.filter((silence) => phaseOf(silence, now) === of).length;
  const choose = (value: string) =>
    void navigate({ search: value === 'active' ? {} : { phase: value as Phase }, replace: true });
  return (
    <Page
      title="Silences"
      aside={<span className="quiet">what is not told of, until when, and why</span>}
      actions={
        <Button leftSection={<IconBellOff size={15} aria-hidden />} onClick={dialog.open}>
          New silence
        </Button>
      }
    >
      <SegmentedControl
        aria-label="Which silences"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        value={phase}
        onChange={choose}
        data={Object.entries(PHASES).map(([value, { label }]) => {
          const n = count(value as Phase);
          return { value, label: n ? `${label} (${n})` : label };
        })}
      />
      <Load query={silences} height={200}>
        {(all) => (
          <SilenceTable
            silences={sorted(
              all.filter((silence) => phaseOf(silence, now) === phase),
              phase,
            )}
            phase={phase}
            empty={PHASES[phase].empty}
          />
        )}
      </Load>
      {making && <SilenceDialog onClose={dialog.close} />}
    </Page>
  );
}

/** Those that end first, first; of those that are over, the last first. */
const sorted = (silences: Silence[], phase: Phase): Silence[] =>
  silences.toSorted((a, b) => (phase === 'ended' ? -1 : 1) * a.endsAt.localeCompare(b.endsAt));
