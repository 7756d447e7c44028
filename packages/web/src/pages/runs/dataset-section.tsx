import type { Dataset, DatasetFinding, Run } from '@leeway/contract';
import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMayAct } from '../../api/may.ts';
import { datasetQuery } from '../../api/retraining.ts';
import { placeStretches, type Stretch } from '../../charts/stretches.ts';
import { usePalette } from '../../components/chart.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Hash } from '../../components/hash.tsx';
import { Facts, Nothing, Section } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { formatBytes, formatCount, formatNumber, formatShare, words } from '../../lib/format.ts';
import { SEVERITY } from '../../lib/states.ts';
import { formatWindow } from '../../lib/time.ts';
import classes from './runs.module.css';

/** The rows that the run goes by: which time they are of, how many, and what was found in them. */
export function DatasetSection({ info }: { info: Run['dataset'] }) {
  const query = useQuery({ ...datasetQuery(info?.hash ?? ''), enabled: info !== null });
  const mayAct = useMayAct();
  if (info === null) {
    return (
      <Section title="Data">
        <Nothing>No data have been prepared.</Nothing>
      </Section>
    );
  }
  const record = query.data;
  return (
    <Section title="Data" note={record ? record.query.window : undefined}>
      <WindowBar parts={record ? partsOf(record) : partsOfInfo(info)} />
      <Facts
        facts={[
          ['Training rows', formatCount(info.trainRows)],
          ['Held-out rows', formatCount(info.holdoutRows)],
          ...(record ? factsOf(record, mayAct) : []),
          ['SHA-256', <Hash key="hash" hash={info.hash} />],
        ]}
      />
      {record && record.findings.length > 0 && (
        <DataTable
          label="Findings in the data"
          rows={record.findings}
          columns={FINDING_COLUMNS}
          rowKey={({ check, column, message }) => `${check} ${column} ${message}`}
          empty=""
        />
      )}
      {record && record.findings.length === 0 && (
        <Text size="sm" c="dimmed">
          The checks of the dataset found nothing.
        </Text>
      )}
    </Section>
  );
}

function factsOf(dataset: Dataset, mayFetch: boolean) {
  const { hash, oldRows, labelledShare, preprocessing, files, available, query } = dataset;
  return [
    ...(oldRows > 0 ? ([['Of them from the old regime', formatCount(oldRows)]] as const) : []),
    ['Labels known', labelledShare === null ? 'not known' : formatShare(labelledShare)],
    ...(query.where.length > 0 ? ([['Rows chosen by', `${query.where.length} conditions`]] as const) : []),
    ...(query.sample === null ? [] : ([['Sample of the training rows', formatShare(query.sample)]] as const)),
    ...(preprocessing ? ([['Preprocessing', `${preprocessing.name} ${preprocessing.version}`]] as const) : []),
    [
      'Files',
      available ? (
        <span key="files">
          {files.map(({ name, bytes }, i) => (
            <span key={name}>
              {i > 0 && ', '}
              {mayFetch ? (
                <Anchor href={`/api/v1/datasets/${encodeURIComponent(hash)}/files/${encodeURIComponent(name)}`}>
                  {name}
                </Anchor>
              ) : (
                name
              )}{' '}
              <span className="quiet">{formatBytes(bytes)}</span>
            </span>
          ))}
        </span>
      ) : (
        'deleted; the record can make them again'
      ),
    ],
  ] as const;
}

type Part = 'train' | 'old' | 'recent';
const PART_WORDS: Record<Part, string> = {
  train: 'trained on',
  old: 'held out, old regime',
  recent: 'held out, recent regime',
};

function partsOf({ query: { train, old, recent } }: Dataset): Stretch<Part>[] {
  return [
    { kind: 'train', ...train },
    ...(old ? [{ kind: 'old' as const, ...old }] : []),
    { kind: 'recent', ...recent },
  ];
}

const partsOfInfo = ({ start, holdoutStart, end }: NonNullable<Run['dataset']>): Stretch<Part>[] => [
  { kind: 'train', from: start, to: holdoutStart },
  { kind: 'recent', from: holdoutStart, to: end },
];

/** The time of the dataset as a bar, with what each part is for. */
function WindowBar({ parts }: { parts: readonly Stretch<Part>[] }) {
  const palette = usePalette();
  const colors: Record<Part, string> = {
    train: palette.accent,
    old: palette.estimate,
    recent: palette.threshold,
  };
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`;
  return (
    <div>
      <div className={classes['window']} aria-hidden="true">
        {placeStretches(parts, 0).map(({ kind, start, width }) => (
          <div
            key={kind}
            className={classes['stretch']}
            style={{ left: percent(start), width: percent(width), background: colors[kind], opacity: 0.85 }}
          />
        ))}
      </div>
      <div className="legend" style={{ marginTop: 6 }}>
        {parts.map(({ kind, from, to }) => (
          <span key={kind}>
            <span className="dot" style={{ background: colors[kind] }} />
            {PART_WORDS[kind]}: {formatWindow(from, to!)}
          </span>
        ))}
        <span>times in UTC</span>
      </div>
    </div>
  );
}

const FINDING_COLUMNS: Column<DatasetFinding>[] = [
  { title: 'Severity', nowrap: true, cell: ({ severity }) => <StateLabel look={SEVERITY[severity]} /> },
  { title: 'Check', nowrap: true, cell: ({ check }) => words(check) },
  { title: 'Column', nowrap: true, cell: ({ column }) => column ?? <span className="quiet">all</span> },
  { title: 'Value', numeric: true, cell: ({ value }) => formatNumber(value) },
  { title: 'Limit', numeric: true, cell: ({ limit }) => formatNumber(limit) },
  { title: 'In words', width: '45%', cell: ({ message }) => message },
];
