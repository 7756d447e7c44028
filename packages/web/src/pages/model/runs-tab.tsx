import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { runsQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { RunTable } from '../runs/run-table.tsx';
import { RetrainingSection } from './retraining-status.tsx';
import type { ModelView } from './view.ts';

export function RunsTab({ view }: { view: ModelView }) {
  const runs = useQuery(runsQuery(view.name));
  const { retrain } = view.config;
  const empty = retrain
    ? 'No retraining run yet. A trigger starts one, or the button above.'
    : 'This model is not retrained by Leeway: its configuration has no `retrain`.';
  return (
    <Stack gap="lg">
      {retrain && <RetrainingSection model={view.name} />}
      <Section title="Runs">
        <Load query={runs}>{(data) => <RunTable runs={data} ofOneModel empty={empty} />}</Load>
      </Section>
    </Stack>
  );
}
