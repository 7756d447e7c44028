import type { VersionLink as Elsewhere, VersionInfo } from '@leeway/contract';
import { Anchor, Badge, Code, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useNow } from '../../api/clock.ts';
import { runQuery } from '../../api/queries.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Hash } from '../../components/hash.tsx';
import { Facts, Nothing, Section } from '../../components/page.tsx';
import { Prose } from '../../components/prose.tsx';
import { Time } from '../../components/time.tsx';
import { VersionLink } from '../../components/version-link.tsx';
import { formatBytes, formatMetric, shortId } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { formatDuration } from '../../lib/time.ts';
import { DatasetSection } from '../runs/dataset-section.tsx';
import { ImportanceSection } from '../runs/importance-section.tsx';
import classes from '../runs/runs.module.css';

/** Everything that was written down of a version. */
export function RecordTab({ version }: { version: VersionInfo }) {
  const explained = useIsExplained(version);
  const { model, description, tags, metrics, params, environment, served, dataset } = version;
  return (
    <Stack gap="lg">
      {description && <Prose text={description} />}
      <Facts facts={factsOf(version)} />
      {Object.keys(tags).length > 0 && (
        <Group gap={6}>
          {Object.entries(tags).map(([name, value]) => (
            <Badge key={name} variant="default" tt="none" fw={400}>
              {name} = {value}
            </Badge>
          ))}
        </Group>
      )}
      <div className={classes['two']}>
        <Section title="Metrics when made">
          <Pairs
            label="Metrics"
            of={Object.entries(metrics).map(([id, value]) => [describeMetric(id).label, formatMetric(id, value)])}
            empty="No metric was recorded."
          />
        </Section>
        <Section title="Parameters">
          <Pairs label="Parameters" of={Object.entries(params).map(shown)} empty="No parameter was recorded." />
        </Section>
        <Section title="Served">
          <Served served={served} />
        </Section>
        <Section title="Trained with">
          <Pairs
            label="Environment"
            of={Object.entries(environment).map(shown)}
            empty="What it was trained with is not recorded."
          />
        </Section>
      </div>
      {dataset && <DatasetSection info={dataset} />}
      {explained && <ImportanceSection model={model} version={version.version} />}
    </Stack>
  );
}

/** Whether a gate of its run looked at what it goes by. */
function useIsExplained({ run }: VersionInfo): boolean {
  const record = useQuery({ ...runQuery(run ?? ''), enabled: run !== null }).data;
  return record?.gates.some(({ type }) => type === 'explain') ?? false;
}

const shown = ([name, value]: [string, unknown]): [string, string] => [
  name,
  typeof value === 'string' ? value : JSON.stringify(value),
];

function factsOf(version: VersionInfo): (readonly [string, ReactNode])[] {
  const { model, createdAt, createdBy, run, parent, artifact, codeCommit, datasetReference, links } = version;
  return [
    ['Made', <Time key="made" at={createdAt} />],
    [
      'By',
      run ? (
        <Anchor key="run" renderRoot={(props) => <Link to="/runs/$id" params={{ id: run }} title={run} {...props} />}>
          run {shortId(run)}
        </Anchor>
      ) : (
        createdBy
      ),
    ],
    ['Champion then', parent === null ? 'none' : <VersionLink key="parent" model={model} version={parent} />],
    [
      'Artifact',
      <span key="artifact">
        {artifact.format}, {formatBytes(artifact.bytes)} <Hash hash={artifact.hash} />
        {artifact.deletedAt && (
          <span className="quiet">
            {' '}
            deleted <Time at={artifact.deletedAt} />
          </span>
        )}
      </span>,
    ],
    ['Code', codeCommit === null ? 'not recorded' : <Code key="code">{codeCommit.slice(0, 12)}</Code>],
    ...(datasetReference ? ([['Data', datasetReference]] as const) : []),
    ...links.map((link) => [ELSEWHERE[link.kind], <There key={link.reference} link={link} />] as const),
  ];
}

const ELSEWHERE: Record<Elsewhere['kind'], string> = { mlflow: 'MLflow', wandb: 'Weights & Biases' };

function There({ link: { reference, url } }: { link: Elsewhere }) {
  if (url === null || !/^https?:\/\//.test(url)) return reference;
  return (
    <Anchor href={url} target="_blank" rel="noreferrer">
      {reference}
    </Anchor>
  );
}

function Pairs({ label, of, empty }: { label: string; of: [string, string][]; empty: string }) {
  return (
    <DataTable
      label={label}
      rows={of}
      columns={[
        { title: 'Name', cell: ([name]) => name },
        { title: 'Value', cell: ([, value]) => <span className="breaks">{value}</span> },
      ]}
      rowKey={([name]) => name}
      empty={empty}
    />
  );
}

function Served({ served }: { served: VersionInfo['served'] }) {
  const now = useNow();
  if (served.length === 0) return <Nothing>It has never served.</Nothing>;
  return (
    <ul className={classes['plain']}>
      {served.toReversed().map(({ from, to, endedBy }) => (
        <li key={from}>
          <Time at={from} /> – {to ? <Time at={to} /> : 'now'}{' '}
          <Text span size="xs" c="dimmed">
            {formatDuration((to ? Date.parse(to) : now()) - Date.parse(from))}
            {endedBy === 'rollback' && ', rolled back from'}
          </Text>
        </li>
      ))}
    </ul>
  );
}
