import type { Run } from '@leeway/contract';
import { Alert, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useNow } from '../../api/clock.ts';
import { useApproval } from '../../api/may.ts';
import { Section } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { formatDuration } from '../../lib/time.ts';

const TICK_MS = 30_000;

/** What was decided and by whom; or who may decide, and how long there is time. */
export function DecisionSection({ run }: { run: Run }) {
  const { state, decision, decidedBy, comment, expiresAt } = run;
  const waits = state === 'awaiting_approval' || state === 'suggested';
  // What the error says is said.
  const told = run.error !== null && decision?.includes(run.error.detail) === true;
  if (!waits && (decision === null || told)) return null;
  return (
    <Section title="Decision">
      {waits && <Waiting run={run} expiresAt={expiresAt} />}
      {decision !== null && (
        <Text size="sm" className="breaks">
          {decision}
        </Text>
      )}
      {decidedBy !== null && comment !== null && comment !== '' && !decision?.includes(comment) && (
        <Text size="sm" c="dimmed" className="breaks">
          {decidedBy}: {comment}
        </Text>
      )}
    </Section>
  );
}

function Waiting({ run, expiresAt }: { run: Run; expiresAt: string | null }) {
  const { who, may } = useApproval(run.model);
  const left = useTimeLeft(expiresAt);
  const suggested = run.state === 'suggested';
  const lapse = suggested ? 'the suggestion is dropped' : `${run.challenger ?? 'the challenger'} is rejected`;
  return (
    <Alert variant="default" title={suggested ? 'A person may start it' : 'A person decides'}>
      {run.firstPromotion && (
        <Text size="sm">There was no champion to compare with: {run.challenger} would be the first to serve.</Text>
      )}
      {who !== '' && (
        <Text size="sm">
          Decides: {who}.{!may && ' You are not one of them.'}
        </Text>
      )}
      {expiresAt !== null && left !== null && (
        <Text size="sm">
          {left > 0 ? `${formatDuration(left)} left` : 'The time is over'}: without a decision by{' '}
          <Time at={expiresAt} /> {lapse}.
        </Text>
      )}
    </Alert>
  );
}

/** Milliseconds until then by the server's clock, counted down while the page is open. */
function useTimeLeft(until: string | null): number | null {
  const now = useNow();
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return until === null ? null : Date.parse(until) - now();
}
