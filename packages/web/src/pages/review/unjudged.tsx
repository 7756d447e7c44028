import type { Alert, Verdict } from '@leeway/contract';
import { Anchor, Button, Group, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reasonOf } from '../../api/http.ts';
import { type ReviewSpan, unjudgedQuery, useJudge } from '../../api/review.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';
import { SEVERITY } from '../../lib/states.ts';
import { formatDuration } from '../../lib/time.ts';

const CHOICES: readonly [Verdict, string][] = [
  ['useful', 'It was worth being told.'],
  ['noise', 'There was nothing to be told.'],
  ['expected', 'It was right, and known before.'],
  ['duplicate', 'Another alert had told it already.'],
];

/** Alerts that are over and of which nobody has said anything: one click each. */
export function Unjudged(span: ReviewSpan) {
  const query = useQuery(unjudgedQuery(span));
  return (
    <Section title="What were these worth?" note="alerts that are over, and nobody has said; the newest first">
      <Load query={query} height={160}>
        {({ alerts, next }) => (
          <>
            <DataTable
              label="Alerts without a verdict"
              rows={alerts}
              columns={COLUMNS}
              rowKey={({ id }) => id}
              empty="Every alert of this time that is over has its verdict."
            />
            {next && (
              <Text size="xs" c="dimmed">
                These are the newest {alerts.length}; more come as they are judged.
              </Text>
            )}
          </>
        )}
      </Load>
    </Section>
  );
}

const COLUMNS: Column<Alert>[] = [
  { title: 'Severity', cell: ({ severity }) => <StateLabel look={SEVERITY[severity]} /> },
  {
    title: 'Alert',
    width: '44%',
    cell: ({ id, rule, model, column, slice, cause, summary }) => (
      <>
        <Anchor fw={600} renderRoot={(props) => <Link to="/alerts/$id" params={{ id }} {...props} />}>
          {rule}
        </Anchor>{' '}
        <span className="quiet">{[model, column, slice].filter(Boolean).join(', ')}</span>
        <Text size="xs" c="dimmed" lineClamp={2}>
          {cause?.summary ?? summary}
        </Text>
      </>
    ),
  },
  {
    title: 'When',
    nowrap: true,
    cell: ({ firedAt, activeAt, resolvedAt }) => (
      <>
        <Time at={firedAt ?? activeAt} />
        {resolvedAt && (
          <Text size="xs" c="dimmed">
            for {formatDuration(Date.parse(resolvedAt) - Date.parse(firedAt ?? activeAt))}
          </Text>
        )}
      </>
    ),
  },
  { title: 'It was', cell: ({ id, rule }) => <Verdicts alert={id} rule={rule} /> },
];

function Verdicts({ alert, rule }: { alert: string; rule: string }) {
  const judge = useJudge();
  return (
    <>
      <Group gap={4} wrap="nowrap">
        {CHOICES.map(([verdict, hint]) => (
          <Tooltip key={verdict} label={hint}>
            <Button
              variant="default"
              px={8}
              aria-label={`${rule} was ${verdict}`}
              loading={judge.isPending && judge.variables.verdict === verdict}
              disabled={judge.isPending}
              onClick={() => judge.mutate({ alert, verdict })}
            >
              {words(verdict)}
            </Button>
          </Tooltip>
        ))}
      </Group>
      {judge.error && <p className="complaint">{reasonOf(judge.error)}</p>}
    </>
  );
}
