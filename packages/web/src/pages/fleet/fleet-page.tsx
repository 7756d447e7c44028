import type { ModelSummary } from '@leeway/contract';
import { Anchor, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { modelsQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';
import { HEALTH } from '../../lib/states.ts';
import { Headline } from './headline.tsx';

const SEVERITY_ORDER = ['critical', 'warning', 'no_data', 'ok'];

const COLUMNS: Column<ModelSummary>[] = [
  {
    title: 'Model',
    width: '24%',
    cell: ({ name, description }) => (
      <>
        <Anchor fw={600} renderRoot={(props) => <Link to="/models/$model" params={{ model: name }} {...props} />}>
          {name}
        </Anchor>
        {description && (
          <Text size="xs" c="dimmed" lineClamp={2}>
            {description}
          </Text>
        )}
      </>
    ),
  },
  { title: 'Health', cell: ({ health }) => <StateLabel look={HEALTH[health]} /> },
  {
    title: 'Alerts',
    numeric: true,
    cell: ({ firing }) => (firing === 0 ? <span className="quiet">none</span> : `${firing} firing`),
  },
  { title: 'Performance', numeric: true, cell: ({ headline }) => <Headline headline={headline} /> },
  { title: 'Predictions per day', cell: ({ predictionsPerDay }) => <Sparkline days={predictionsPerDay} /> },
  {
    title: 'Champion',
    nowrap: true,
    cell: ({ champion }) => champion ?? <span className="quiet">none serves</span>,
  },
  { title: 'Task', nowrap: true, cell: ({ task }) => words(task) },
  { title: 'Owner', cell: ({ owner }) => owner ?? <span className="quiet">nobody</span> },
  { title: 'Last window', nowrap: true, cell: ({ lastWindow }) => <Time at={lastWindow} none="none yet" /> },
];

export function FleetPage() {
  const models = useQuery(modelsQuery);
  return (
    <Page title="Fleet" aside={models.data && models.data.length > 0 && <Count models={models.data} />}>
      <Load query={models} height={280}>
        {(data) => (data.length === 0 ? <NoModels /> : <Models models={data} />)}
      </Load>
    </Page>
  );
}

function Models({ models }: { models: ModelSummary[] }) {
  const rows = models.toSorted(
    (a, b) => SEVERITY_ORDER.indexOf(a.health) - SEVERITY_ORDER.indexOf(b.health) || a.name.localeCompare(b.name),
  );
  return <DataTable label="Models" rows={rows} columns={COLUMNS} rowKey={({ name }) => name} empty="" />;
}

function Count({ models }: { models: ModelSummary[] }) {
  const unwell = models.filter(({ health }) => health === 'critical' || health === 'warning').length;
  const all = `${models.length} ${models.length === 1 ? 'model' : 'models'}`;
  return <span className="quiet">{unwell === 0 ? all : `${all}, ${unwell} in need of attention`}</span>;
}

const EXAMPLE = `apiVersion: leeway/v1
models:
  - name: churn
    task: binary
    columns:
      score: score
      features:
        age: { type: numeric }
        plan: { type: categorical }`;

function NoModels() {
  return (
    <div className="panel" style={{ padding: 20, maxWidth: 720 }}>
      <Text fw={600}>No model is declared yet</Text>
      <Text size="sm" mt={4} mb="sm">
        Describe one in <Code>leeway.yaml</Code>, then run <Code>leeway apply</Code>. It shows here at once, and is
        measured as soon as predictions come to <Code>POST /api/v1/models/churn/predictions</Code>.
      </Text>
      <pre className="log">{EXAMPLE}</pre>
      <Text size="sm" mt="sm">
        To look around first, <Code>leeway demo</Code> starts with a model and data in it.
      </Text>
    </div>
  );
}
