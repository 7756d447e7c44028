import type { VersionInfo } from '@leeway/contract';
import { Anchor, Badge, Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMayAct } from '../../api/may.ts';
import { modelQuery } from '../../api/queries.ts';
import { versionQuery } from '../../api/registry.ts';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { type VersionChoice, VersionDialog } from '../model/version-dialog.tsx';
import { AliasesTab } from './aliases-tab.tsx';
import { CardTab } from './card-tab.tsx';
import { DiffTab } from './diff-tab.tsx';
import { LineageTab } from './lineage-tab.tsx';
import { RecordTab } from './record-tab.tsx';
import { VERSION_TABS, type VersionSearch, type VersionTab } from './search.ts';

const LABELS: Record<VersionTab, string> = {
  record: 'Record',
  lineage: 'Lineage',
  diff: 'Compare',
  card: 'Model card',
  aliases: 'Aliases and stages',
};

export function VersionPage() {
  const { model, version } = useParams({ from: '/shell/models/$model/versions/$version' });
  const query = useQuery(versionQuery(model, version));
  return (
    <Load query={query} height={420}>
      {(data) => <Version key={`${model} ${version}`} version={data} />}
    </Load>
  );
}

function Version({ version: info }: { version: VersionInfo }) {
  const { model, version, aliases, stage } = info;
  const search = useSearch({ from: '/shell/models/$model/versions/$version' });
  const navigate = useNavigate({ from: '/models/$model/versions/$version' });
  const change = (next: VersionSearch) => void navigate({ search: next, resetScroll: false });
  return (
    <Page
      title={`${model} ${version}`}
      aside={
        <>
          {aliases.map((alias) => (
            <Badge key={alias} variant={alias === 'champion' ? 'filled' : 'light'} tt="none" className="whole">
              {alias}
            </Badge>
          ))}
          {stage !== 'none' && (
            <Badge variant="default" tt="none" className="whole">
              {stage}
            </Badge>
          )}
          <Anchor
            renderRoot={(props) => (
              <Link to="/models/$model" params={{ model }} search={{ tab: 'versions' }} {...props} />
            )}
          >
            All versions
          </Anchor>
        </>
      }
      actions={<Actions version={info} />}
    >
      <Tabs
        value={search.tab ?? 'record'}
        onChange={(tab) => change({ ...search, tab: (tab ?? 'record') as VersionTab })}
        keepMounted={false}
      >
        <Tabs.List mb="md" aria-label="About the version">
          {VERSION_TABS.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {LABELS[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="record">
          <RecordTab version={info} />
        </Tabs.Panel>
        <Tabs.Panel value="lineage">
          <LineageTab model={model} version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="diff">
          <DiffTab version={info} other={search.other} onChoose={(other) => change({ tab: 'diff', other })} />
        </Tabs.Panel>
        <Tabs.Panel value="card">
          <CardTab model={model} version={version} />
        </Tabs.Panel>
        <Tabs.Panel value="aliases">
          <AliasesTab model={model} version={version} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** The champion can be gone back from; any other can be made to serve. */
function Actions({ version: { model, version, aliases, served, artifact } }: { version: VersionInfo }) {
  const [choice, setChoice] = useState<VersionChoice | null>(null);
  const champion = useQuery(modelQuery(model)).data?.summary.champion ?? null;
  const mayAct = useMayAct();
  if (!mayAct || artifact.deletedAt !== null) return null;
  const offer = aliases.includes('champion')
    ? { label: 'Roll back', choice: { action: 'rollback' as const } }
    : served.length > 0
      ? { label: 'Roll back to it', choice: { action: 'rollback' as const, version } }
      : { label: 'Promote', choice: { action: 'promote' as const, version } };
  return (
    <>
      <Button variant="default" onClick={() => setChoice(offer.choice)}>
        {offer.label}
      </Button>
      <VersionDialog model={model} champion={champion} choice={choice} onClose={() => setChoice(null)} />
    </>
  );
}
