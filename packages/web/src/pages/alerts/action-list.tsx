import type { Action } from '@leeway/contract';
import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { actionsQuery, useApproveAction, useRejectAction } from '../../api/alerts.ts';
import { Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { sentence, words } from '../../lib/format.ts';
import { ACTION_STATE } from '../../lib/states.ts';
import classes from './alerts.module.css';

/** What an alert does, or did, by itself. Not there where its rule has no action. */
export function ActionList({ alert }: { alert: string }) {
  const query = useQuery(actionsQuery(alert));
  if (query.isError) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  const actions = query.data ?? [];
  if (actions.length === 0) return null;
  const asks = actions.some(({ state }) => state === 'awaiting_approval' || state === 'uncertain');
  return (
    <Section title="Actions" note={asks ? 'a person must decide' : 'what it did by itself'}>
      {actions.map((action) => (
        <ActionCard key={action.id} action={action} />
      ))}
    </Section>
  );
}

function ActionCard({ action }: { action: Action }) {
  const { type, state, dryRun, plan, why, approvedBy, createdAt, startedAt, endedAt } = action;
  return (
    <article className={`panel ${classes['action']}`} aria-label={words(type)}>
      <Group gap="sm">
        <strong>{words(type)}</strong>
        <StateLabel look={ACTION_STATE[state]} />
        {dryRun && (
          <Badge variant="default" size="sm" tt="none" fw={500}>
            dry run
          </Badge>
        )}
        <Text size="xs" c="dimmed" ml="auto">
          <Time at={endedAt ?? startedAt ?? createdAt} />
        </Text>
      </Group>
      {plan && <Text size="sm">{sentence(plan)}</Text>}
      {why && why !== plan && (
        <Text size="sm" c="dimmed" className="breaks">
          {sentence(why)}
        </Text>
      )}
      {approvedBy && (
        <Text size="xs" c="dimmed">
          Approved by {approvedBy}
        </Text>
      )}
      <Decide action={action} />
    </article>
  );
}

function Decide({ action: { id, type, state } }: { action: Action }) {
  const [rejecting, setRejecting] = useState(false);
  const approve = useApproveAction();
  const reject = useRejectAction();
  const asks = state === 'awaiting_approval' || state === 'uncertain';
  if (!asks && state !== 'waiting') return null;
  return (
    <>
      {approve.error && <Problem error={approve.error} />}
      <Group gap={8}>
        {asks && (
          <Button loading={approve.isPending} onClick={() => approve.mutate(id)}>
            {state === 'uncertain' ? 'Try again' : 'Approve'}
          </Button>
        )}
        <Button variant="default" onClick={() => setRejecting(true)}>
          Reject
        </Button>
      </Group>
      <ReasonDialog
        opened={rejecting}
        onClose={() => setRejecting(false)}
        title={`Reject: ${words(type)}`}
        confirm="Reject"
        color="orange"
        required={false}
        onConfirm={(reason) => reject.mutateAsync({ action: id, reason })}
      >
        It is not done. The alert stays as it is.
      </ReasonDialog>
    </>
  );
}
