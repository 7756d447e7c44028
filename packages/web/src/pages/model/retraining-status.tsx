import type { Guard, RetrainingStatus, TriggerNode } from '@leeway/contract';
import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleX,
  IconHandStop,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMayAct } from '../../api/may.ts';
import { retrainingQuery, useCloseBreaker } from '../../api/retraining.ts';
import { Load } from '../../components/load.tsx';
import { Facts, Nothing, Section } from '../../components/page.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { formatNumber, words } from '../../lib/format.ts';
import { WOULD } from '../../lib/states.ts';
import classes from '../runs/runs.module.css';
import { breakerIsOpen } from './open-breaker.ts';

/** What would happen now, and why not. */
export function RetrainingSection({ model }: { model: string }) {
  const query = useQuery(retrainingQuery(model));
  return (
    <Section
      title="What would happen now"
      actions={query.data && breakerIsOpen(query.data) && <CloseBreaker model={model} />}
    >
      <Load query={query}>{(status) => <Status status={status} />}</Load>
    </Section>
  );
}

const MODES: Record<RetrainingStatus['mode'], string> = {
  suggest: 'a person starts each run',
  approve: 'a person decides on each challenger',
  auto: 'what passes its gates serves',
};

function Status({ status }: { status: RetrainingStatus }) {
  const { sentence, mode, nextTime, hand, triggers, at } = status;
  return (
    <>
      <Text size="md">{sentence}</Text>
      <Facts
        facts={[
          ['Mode', `${words(mode)}: ${MODES[mode]}`],
          ['Next time of a schedule', <Time key="next" at={nextTime} none="no schedule" />],
          ['By hand', hand.sentence],
          ['Judged', <Time key="at" at={at} />],
        ]}
      />
      {triggers.length === 0 && <Nothing>No trigger is configured: only a person or a program begins a run.</Nothing>}
      <div className={classes['two']}>
        {triggers.map((trigger) => (
          <Trigger key={trigger.cause} trigger={trigger} />
        ))}
      </div>
    </>
  );
}

function Trigger({ trigger: { cause, nodes, guards, would } }: { trigger: RetrainingStatus['triggers'][number] }) {
  const holding = guards.filter(({ verdict }) => verdict === 'holds');
  const passing = guards.filter(({ verdict }) => verdict === 'pass');
  return (
    <section className={classes['card']} aria-label={`Trigger ${cause}`}>
      <Group gap={10}>
        <strong>{cause}</strong>
        <StateLabel look={WOULD[would]} />
      </Group>
      <ul className={classes['tree']} aria-label="Conditions">
        {nodes.map((node, i) => (
          <Condition key={i} node={node} />
        ))}
      </ul>
      <div>
        <Text size="xs" c="dimmed" mb={4}>
          {holding.length === 0 ? 'Nothing holds it back' : `Held back by ${holding.length} of ${guards.length} rules`}
        </Text>
        <ul className={classes['guards']}>
          {[...holding, ...passing].map((guard) => (
            <GuardLine key={guard.code} guard={guard} />
          ))}
        </ul>
      </div>
    </section>
  );
}

const TRUTHS: Record<TriggerNode['truth'], { icon: TablerIcon; tone: string; says: string }> = {
  true: { icon: IconCircleCheckFilled, tone: 'good', says: 'true' },
  false: { icon: IconCircleX, tone: 'quiet', says: 'not true' },
  unknown: { icon: IconCircleDashed, tone: 'warning', says: 'not known' },
};

function Condition({ node: { depth, label, truth, value, limit, why } }: { node: TriggerNode }) {
  const { icon: Icon, tone, says } = TRUTHS[truth];
  const numbers = [
    value === null ? null : `now ${formatNumber(value)}`,
    limit === null ? null : `limit ${formatNumber(limit)}`,
  ].filter((part) => part !== null);
  return (
    <li style={{ paddingLeft: depth * 22 }}>
      <Icon size={16} color={`var(--${tone})`} aria-label={says} />
      <Text size="sm" span>
        {label}
        {numbers.length > 0 && <span className="quiet"> {numbers.join(', ')}</span>}
        <Text size="xs" c="dimmed">
          {why}
        </Text>
      </Text>
    </li>
  );
}

function GuardLine({ guard: { code, verdict, reason, until, hand } }: { guard: Guard }) {
  const holds = verdict === 'holds';
  const Icon = holds ? IconHandStop : IconCircleCheckFilled;
  return (
    <li>
      <Icon size={16} color={`var(--${holds ? 'warning' : 'good'})`} aria-label={holds ? 'holds' : 'passes'} />
      <Text size="sm" span>
        <span {...(holds ? { style: { fontWeight: 600 } } : {})}>{words(code)}</span>
        <Text size="xs" c="dimmed">
          {reason}
          {holds && until !== null && (
            <>
              ; until <Time at={until} />
            </>
          )}
          {holds && hand && '; a person is held back too'}
        </Text>
      </Text>
    </li>
  );
}

function CloseBreaker({ model }: { model: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const closeBreaker = useCloseBreaker(model);
  if (!useMayAct()) return null;
  return (
    <>
      <Button variant="default" onClick={open}>
        Close the circuit breaker
      </Button>
      <ReasonDialog
        opened={opened}
        onClose={close}
        title="Close the circuit breaker"
        confirm="Close it"
        onConfirm={(reason) => closeBreaker.mutateAsync(reason)}
      >
        Runs that failed until now count no more, and runs begin by themselves again. Do it when what made them fail is
        repaired.
      </ReasonDialog>
    </>
  );
}
