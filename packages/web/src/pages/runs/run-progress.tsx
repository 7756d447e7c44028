import type { Run } from '@leeway/contract';
import { Stepper } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { evaluationQuery } from '../../api/retraining.ts';
import { Time } from '../../components/time.tsx';
import { runSteps } from '../../lib/states.ts';
import { timesOf } from './run-times.ts';

/** The way of a run as steps with their times, and where it is or where it ended. */
export function RunProgress({ run }: { run: Run }) {
  const evaluation = useQuery({ ...evaluationQuery(run.id), enabled: run.gates.length > 0 }).data;
  const steps = runSteps(run);
  const times = timesOf(run, evaluation?.evaluatedAt ?? null);
  const now = steps.findIndex(({ status }) => status !== 'done');
  return (
    <Stepper active={now < 0 ? steps.length : now} size="xs" iconSize={24} aria-label="Progress of the run">
      {steps.map(({ label, status }, i) => {
        const at = status === 'failed' ? run.endedAt : times[i];
        return (
          <Stepper.Step
            key={label}
            label={label}
            {...(at ? { description: <Time at={at} /> } : {})}
            loading={status === 'now' && run.state !== 'awaiting_approval' && run.state !== 'suggested'}
            {...(status === 'failed' ? { color: 'orange', icon: <IconX size={14} /> } : {})}
          />
        );
      })}
    </Stepper>
  );
}
