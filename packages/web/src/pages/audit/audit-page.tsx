import type { AuditEntry } from '@leeway/contract';
import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { auditQuery } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Hash } from '../../components/hash.tsx';
import { Load } from '../../components/load.tsx';
import { Page } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { toYaml } from '../../lib/yaml.ts';

const STEP = 100;
const MOST = 1_000;

const COLUMNS: Column<AuditEntry>[] = [
  { title: 'No.', numeric: true, width: 64, cell: ({ seq }) => seq },
  { title: 'When', nowrap: true, cell: ({ at }) => <Time at={at} /> },
  { title: 'Who', nowrap: true, cell: ({ actor }) => actor },
  { title: 'Did', nowrap: true, cell: ({ action }) => action },
  { title: 'To', cell: ({ subject }) => subject },
  { title: 'Details', cell: ({ detail }) => <Detail detail={detail} /> },
  { title: 'Hash', nowrap: true, cell: ({ hash }) => <Hash hash={hash} /> },
];

export function AuditPage() {
  const [limit, setLimit] = useState(STEP);
  const audit = useQuery(auditQuery(limit));
  return (
    <Page title="Audit" aside={audit.data && <Chain firstBroken={audit.data.firstBroken} />}>
      <Load query={audit} height={320}>
        {({ entries }) => (
          <>
            <DataTable
              label="Audit trail, newest first"
              rows={entries}
              columns={COLUMNS}
              rowKey={({ seq }) => String(seq)}
              empty="Nothing is on record yet."
            />
            {entries.length >= limit && limit < MOST && (
              <Button
                variant="default"
                style={{ alignSelf: 'center' }}
                loading={audit.isFetching}
                onClick={() => setLimit(Math.min(MOST, limit + STEP * 2))}
              >
                Show earlier entries
              </Button>
            )}
          </>
        )}
      </Load>
    </Page>
  );
}

/** Each entry's hash is over the entry and the hash before it, so that a change to the past is seen. */
function Chain({ firstBroken }: { firstBroken: number | null }) {
  if (firstBroken === null)
    return <StateLabel look={{ label: 'Chain of hashes intact', tone: 'good', shape: 'check' }} />;
  return <StateLabel look={{ label: `Chain broken at no. ${firstBroken}`, tone: 'critical', shape: 'octagon' }} />;
}

function Detail({ detail }: { detail: AuditEntry['detail'] }) {
  if (Object.keys(detail).length === 0) return null;
  const [first = '', ...rest] = toYaml(detail).split('\n');
  if (rest.length === 0) return <span className="quiet breaks">{first}</span>;
  return (
    <details>
      <summary className="quiet breaks" style={{ cursor: 'pointer' }}>
        {first}
      </summary>
      <Text component="pre" size="xs" m={0} ff="monospace" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {rest.join('\n')}
      </Text>
    </details>
  );
}
