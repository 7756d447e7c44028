import type { VersionInfo } from '@leeway/contract';
import { Anchor, Badge, Button, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMayAct } from '../../api/may.ts';
import { versionsQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Hash } from '../../components/hash.tsx';
import { Load } from '../../components/load.tsx';
import { Time } from '../../components/time.tsx';
import { VersionLink } from '../../components/version-link.tsx';
import { formatBytes, formatCount, formatMetric, shortId } from '../../lib/format.ts';
import { describeMetric, PERFORMANCE_METRICS } from '../../lib/metrics.ts';
import { formatWindow } from '../../lib/time.ts';
import { ServedTimeline } from './served-timeline.tsx';
import { type VersionChoice, VersionDialog } from './version-dialog.tsx';
import type { ModelView } from './view.ts';

export function VersionsTab({ view }: { view: ModelView }) {
  const versions = useQuery(versionsQuery(view.name));
  const [choice, setChoice] = useState<VersionChoice | null>(null);
  const mayAct = useMayAct();
  const columns: Column<VersionInfo>[] = [
    { title: 'Version', nowrap: true, cell: (version) => <Name version={version} /> },
    { title: 'Made', nowrap: true, cell: (version) => <Origin version={version} /> },
    { title: 'Trained on', cell: ({ dataset }) => <Dataset dataset={dataset} /> },
    {
      title: 'Metrics when made',
      cell: ({ metrics }) => <Metrics metrics={metrics} order={PERFORMANCE_METRICS[view.config.task]} />,
    },
    { title: 'Served', cell: ({ served }) => <Served served={served} /> },
    { title: 'Artifact', nowrap: true, cell: ({ artifact }) => <Artifact {...artifact} /> },
    ...(mayAct
      ? [{ title: 'Actions', cell: (one: VersionInfo) => <Action version={one} onChoose={setChoice} /> }]
      : []),
  ];
  return (
    <>
      <Load query={versions}>
        {(rows) => (
          <Stack gap="md">
            <ServedTimeline model={view.name} versions={rows} />
            <DataTable
              label="Versions"
              rows={rows}
              columns={columns}
              rowKey={({ version }) => version}
              empty="No version is registered yet. A retraining run registers what it trains."
            />
          </Stack>
        )}
      </Load>
      <VersionDialog
        model={view.name}
        champion={view.summary.champion}
        choice={choice}
        onClose={() => setChoice(null)}
      />
    </>
  );
}

function Name({ version: { model, version, aliases, stage } }: { version: VersionInfo }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="sm" fw={600} span>
        <VersionLink model={model} version={version} />
      </Text>
      {stage !== 'none' && (
        <Badge size="sm" variant="default" tt="none" className="whole">
          {stage}
        </Badge>
      )}
      {aliases.map((alias) => (
        <Badge key={alias} size="sm" variant={alias === 'champion' ? 'filled' : 'light'} tt="none" className="whole">
          {alias}
        </Badge>
      ))}
    </Group>
  );
}

function Origin({ version: { createdAt, createdBy, run, parent } }: { version: VersionInfo }) {
  return (
    <>
      <Time at={createdAt} />
      <Text size="xs" c="dimmed">
        by{' '}
        {run ? (
          <Anchor renderRoot={(props) => <Link to="/runs/$id" params={{ id: run }} title={run} {...props} />}>
            {shortId(run)}
          </Anchor>
        ) : (
          createdBy
        )}
        {parent && <>, after {parent}</>}
      </Text>
    </>
  );
}

function Dataset({ dataset }: { dataset: VersionInfo['dataset'] }) {
  if (!dataset) return <span className="quiet">not recorded</span>;
  return (
    <>
      <span className="nowrap">{formatWindow(dataset.start, dataset.holdoutStart)}</span>
      <Text size="xs" c="dimmed">
        {formatCount(dataset.trainRows)} rows, {formatCount(dataset.holdoutRows)} held out, <Hash hash={dataset.hash} />
      </Text>
    </>
  );
}

function Metrics({ metrics, order }: { metrics: VersionInfo['metrics']; order: readonly string[] }) {
  const rank = (metric: string) => (order.includes(metric) ? order.indexOf(metric) : order.length);
  const ids = Object.keys(metrics).sort((a, b) => rank(a) - rank(b));
  if (ids.length === 0) return <span className="quiet">not measured</span>;
  const all = ids.map((id) => `${describeMetric(id).label} ${formatMetric(id, metrics[id])}`);
  return (
    <Tooltip label={all.join(', ')} disabled={all.length <= 3}>
      <Text size="sm" span tabIndex={all.length > 3 ? 0 : -1}>
        {all.slice(0, 3).map((line) => (
          <span key={line} className="nowrap" style={{ display: 'block' }}>
            {line}
          </span>
        ))}
      </Text>
    </Tooltip>
  );
}

/** The last stretch; the line above the table has them all. */
function Served({ served }: { served: VersionInfo['served'] }) {
  const last = served.at(-1);
  if (!last) return <span className="quiet">never</span>;
  return (
    <>
      {last.to === null ? 'since ' : 'until '}
      <Time at={last.to ?? last.from} />
      <Text size="xs" c="dimmed">
        {served.length > 1 && `${served.length} times`}
        {served.length > 1 && last.endedBy === 'rollback' && ', '}
        {last.endedBy === 'rollback' && 'rolled back from'}
      </Text>
    </>
  );
}

function Artifact({ hash, bytes, format, deletedAt }: VersionInfo['artifact']) {
  return (
    <>
      {format}, {deletedAt ? 'file deleted' : formatBytes(bytes)}
      <Text size="xs" c="dimmed">
        <Hash hash={hash} />
      </Text>
    </>
  );
}

function Action({
  version: { version, aliases, served, artifact },
  onChoose,
}: {
  version: VersionInfo;
  onChoose: (choice: VersionChoice) => void;
}) {
  if (aliases.includes('champion') || artifact.deletedAt !== null) return null;
  if (served.length > 0) {
    return (
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        onClick={() => onChoose({ action: 'rollback', version })}
      >
        Roll back
      </Button>
    );
  }
  return (
    <Button
      variant="default"
      leftSection={<IconArrowUp size={14} aria-hidden />}
      onClick={() => onChoose({ action: 'promote', version })}
    >
      Promote
    </Button>
  );
}
