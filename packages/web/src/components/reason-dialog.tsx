import { Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Problem } from './problem.tsx';

interface ReasonDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will happen. */
  children: ReactNode;
  confirm: string;
  color?: string;
  /** Asks whether to go on although the gates did not pass. */
  force?: string | undefined;
  reasonLabel?: string;
  required?: boolean;
  onConfirm: (reason: string, force: boolean) => Promise<unknown>;
}

/** Asks for a reason, which goes on the record, before something is done. Stays open when it failed, and says why. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { opened, onClose, title, children, confirm, color, force, reasonLabel = 'Reason, for the record' } = props;
  const required = props.required ?? true;
  const [reason, setReason] = useState('');
  const [forced, setForced] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const close = () => {
    setReason('');
    setForced(false);
    setError(null);
    onClose();
  };
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      await props.onConfirm(reason.trim(), forced);
      close();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened={opened} onClose={close} title={title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" component="div">
            {children}
          </Text>
          <Textarea
            label={reasonLabel}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            required={required}
            maxLength={2000}
            autosize
            minRows={2}
            data-autofocus
          />
          {force && (
            <Checkbox label={force} checked={forced} onChange={(event) => setForced(event.currentTarget.checked)} />
          )}
          {error !== null && <Problem error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={busy}
              disabled={required && reason.trim() === ''}
              {...(color ? { color } : {})}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
