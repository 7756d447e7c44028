import type { Run } from '@leeway/contract';
import { Stepper } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { runSteps } from '../../lib/states.ts';

/** The way of a run as steps, with where it is or where it ended. */
export function RunProgress({ run }: { run: Run }) {
  const steps = runSteps(run);
  const now = steps.findIndex(({ status }) => status !== 'done');
  return (
    <Stepper active={now < 0 ? steps.length : now} size="xs" iconSize={24} aria-label="Progress of the run">
      {steps.map(({ label, status }) => (
        <Stepper.Step
          key={label}
          label={label}
          loading={status === 'now' && run.state !== 'awaiting_approval'}
          {...(status === 'failed' ? { color: 'orange', icon: <IconX size={14} /> } : {})}
        />
      ))}
    </Stepper>
  );
}
