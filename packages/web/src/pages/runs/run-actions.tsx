import type { Run } from '@leeway/contract';
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useDecide } from '../../api/actions.ts';
import { useApproval, useMayAct } from '../../api/may.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { isUnderWay } from '../../lib/states.ts';

type Action = 'start' | 'approve' | 'reject' | 'cancel';

/** What a person may do with a run in its state. */
export function RunActions({ run }: { run: Run }) {
  const [action, setAction] = useState<Action | null>(null);
  const close = () => setAction(null);
  const suggested = run.state === 'suggested';
  const mayAct = useMayAct();
  const { may: mayDecide } = useApproval(run.model);
  if (!mayAct) return null;
  if (!isUnderWay(run.state) && !suggested) return null;
  const waits = run.state === 'awaiting_approval';
  const passed = run.gates.every(({ verdict }) => verdict === 'pass');
  if ((waits || suggested) && !mayDecide) return null;
  return (
    <Group gap={8}>
      {suggested ? (
        <>
          <Button variant="default" onClick={() => setAction('cancel')}>
            Dismiss
          </Button>
          <Button onClick={() => setAction('start')}>Start</Button>
        </>
      ) : waits ? (
        <>
          <Button variant="default" onClick={() => setAction('reject')}>
            Reject
          </Button>
          <Button onClick={() => setAction('approve')}>Approve</Button>
        </>
      ) : (
        <Button variant="default" onClick={() => setAction('cancel')}>
          Cancel the run
        </Button>
      )}
      <Dialog
        run={run}
        action="approve"
        opened={action === 'approve'}
        onClose={close}
        title={`Approve ${run.challenger}`}
        {...(passed ? {} : { force: 'Promote although not all gates passed' })}
      >
        <strong>{run.challenger}</strong> becomes the champion of {run.model}
        {run.champion && <> in place of {run.champion}</>}. Rolling back is one click.
      </Dialog>
      <Dialog run={run} action="reject" opened={action === 'reject'} onClose={close} title={`Reject ${run.challenger}`}>
        {run.champion ?? 'The champion'} serves on. The challenger stays on record.
      </Dialog>
      <Dialog run={run} action="start" opened={action === 'start'} onClose={close} title="Start the run">
        A challenger is trained and judged. What serves does not change by that.
      </Dialog>
      <Dialog
        run={run}
        action="cancel"
        opened={action === 'cancel'}
        onClose={close}
        title={suggested ? 'Dismiss the suggestion' : 'Cancel the run'}
      >
        {suggested ? 'Nothing is trained.' : `The trainer is stopped and ${run.champion ?? 'the champion'} serves on.`}
      </Dialog>
    </Group>
  );
}

interface DialogProps {
  run: Run;
  action: Action;
  opened: boolean;
  onClose: () => void;
  title: string;
  force?: string;
  children: React.ReactNode;
}

function Dialog({ run, action, title, ...rest }: DialogProps) {
  const decide = useDecide(run.id, action);
  const { commentNeeded } = useApproval(run.model);
  const needed = commentNeeded && action !== 'cancel';
  return (
    <ReasonDialog
      {...rest}
      title={title}
      confirm={title}
      required={needed}
      reasonLabel={needed ? 'Comment, for the record' : 'Comment, for the record (optional)'}
      {...(action === 'approve' || action === 'start' ? {} : { color: 'orange' })}
      onConfirm={(reason, force) => decide.mutateAsync(action === 'approve' ? { reason, force } : { reason })}
    />
  );
}
