import type { ModelConfig, ModelSummary } from '@leeway/contract';
import { Button, Select, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconHistoryToggle, IconRefresh } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useRetrain } from '../../api/actions.ts';
import { useMayAct } from '../../api/may.ts';
import { Load } from '../../components/load.tsx';
import { Facts, Page } from '../../components/page.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';
import { HEALTH } from '../../lib/states.ts';
import { RANGES, type Range } from '../../lib/time.ts';
import { AlertsTab } from './alerts-tab.tsx';
import { ConfigurationTab } from './configuration-tab.tsx';
import { DriftTab } from './drift-tab.tsx';
import { ExplainTab } from './explain-tab.tsx';
import { FairnessTab, useFairness } from './fairness-tab.tsx';
import { FeedbackTab, useFeedback } from './feedback-tab.tsx';
import { KpiTab } from './kpi-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { QualityTab } from './quality-tab.tsx';
import { RunsTab } from './runs-tab.tsx';
import { TABS, type Tab } from './search.ts';
import { ServiceTab } from './service-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';
import { DEFAULT_RANGE, type ModelView, useModelQuery, useModelView } from './view.ts';

const LABELS: Record<Tab, string> = {
  overview: 'Performance',
  drift: 'Drift',
  fairness: 'Fairness',
  quality: 'Data quality',
  service: 'Service',
  feedback: 'Feedback',
  kpis: 'KPIs',
  alerts: 'Alerts',
  runs: 'Retraining',
  versions: 'Versions',
  explain: 'Explain',
  configuration: 'Configuration',
};

const TIMED: Tab[] = ['overview', 'drift', 'fairness', 'quality', 'service', 'feedback', 'kpis'];

export function ModelPage() {
  const { model } = useParams({ from: '/shell/models/$model' });
  const query = useModelQuery(model);
  return (
    <Load query={query} height={420}>
      {(data) => <Model key={model} name={model} data={data} />}
    </Load>
  );
}

function Model({ name, data }: { name: string; data: { summary: ModelSummary; config: ModelConfig } }) {
  const view = useModelView(name, data);
  const { summary, search, change } = view;
  const tab = search.tab ?? 'overview';
  const has: Partial<Record<Tab, boolean>> = {
    fairness: (useFairness(view).data?.length ?? 0) > 0,
    feedback: (useFeedback(view).data?.length ?? 0) > 0,
    kpis: view.config.kpis.length > 0,
  };
  return (
    <Page title={name} aside={<Aside summary={summary} />} actions={<Actions view={view} />}>
      <Facts
        facts={[
          ['Champion', summary.champion ?? 'none serves'],
          ['Task', words(summary.task)],
          ['Owner', summary.owner ?? 'nobody'],
          ['Alerts', summary.firing === 0 ? 'none firing' : `${summary.firing} firing`],
          ['Last prediction', <Time key="prediction" at={summary.lastPrediction} none="none yet" />],
          ['Last window', <Time key="window" at={summary.lastWindow} none="none yet" />],
        ]}
      />
      <Tabs
        styles={{ tab: { paddingInline: 11 } }}
        value={tab}
        onChange={(value) => change({ tab: (value ?? 'overview') as Tab })}
        keepMounted={false}
      >
        <Tabs.List mb="md" aria-label="About the model">
          {TABS.filter((one) => (has[one] ?? true) || tab === one).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {LABELS[one]}
            </Tabs.Tab>
          ))}
          {TIMED.includes(tab) && <WindowChoice view={view} />}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <OverviewTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="drift">
          <DriftTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="fairness">
          <FairnessTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="quality">
          <QualityTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="service">
          <ServiceTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="feedback">
          <FeedbackTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="kpis">
          <KpiTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="alerts">
          <AlertsTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <RunsTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="explain">
          <ExplainTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="configuration">
          <ConfigurationTab view={view} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Aside({ summary }: { summary: ModelSummary }) {
  return (
    <>
      <StateLabel look={HEALTH[summary.health]} />
      {summary.description && <span className="quiet">{summary.description}</span>}
    </>
  );
}

const RANGE_LABELS: Record<Range, string> = { '14d': '14 days', '30d': '30 days', '90d': '90 days', '1y': '1 year' };

function WindowChoice({ view }: { view: ModelView }) {
  const { config, monitor, range, change } = view;
  return (
    <div style={{ marginLeft: 'auto', display: 'flex', gap: 8, alignItems: 'center' }}>
      {config.monitors.length > 1 && (
        <Select
          aria-label="Monitor"
          size="xs"
          w={130}
          allowDeselect={false}
          value={monitor}
          data={config.monitors.map(({ name }) => name)}
          onChange={(value) => change({ monitor: value ?? undefined })}
        />
      )}
      <Select
        aria-label="Time shown, up to the newest data"
        size="xs"
        w={104}
        allowDeselect={false}
        value={range}
        data={RANGES.map((value) => ({ value, label: RANGE_LABELS[value] }))}
        onChange={(value) => change({ range: value === DEFAULT_RANGE ? undefined : (value as Range) })}
      />
    </div>
  );
}

function Actions({ view }: { view: ModelView }) {
  const { name, config } = view;
  return (
    <>
      {config.rules.length > 0 && (
        <Button
          variant="default"
          leftSection={<IconHistoryToggle size={15} aria-hidden />}
          renderRoot={(props) => <Link to="/models/$model/backtest" params={{ model: name }} {...props} />}
        >
          Backtest
        </Button>
      )}
      <Retrain view={view} />
    </>
  );
}

function Retrain({ view }: { view: ModelView }) {
  const [opened, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const retrain = useRetrain(view.name);
  const mayAct = useMayAct();
  if (!view.config.retrain || !mayAct) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconRefresh size={15} aria-hidden />} onClick={open}>
        Retrain
      </Button>
      <ReasonDialog
        opened={opened}
        onClose={close}
        title={`Retrain ${view.name}`}
        confirm="Begin the run"
        onConfirm={async (reason) => {
          const run = await retrain.mutateAsync(reason);
          await navigate({ to: '/runs/$id', params: { id: run.id } });
        }}
      >
        A challenger is trained on the newest labelled rows and compared with the champion. The champion serves on until
        a challenger has passed the gates.
      </ReasonDialog>
    </>
  );
}
