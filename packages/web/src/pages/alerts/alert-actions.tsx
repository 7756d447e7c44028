import type { Alert } from '@leeway/contract';
import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBellOff, IconCheck, type TablerIcon } from '@tabler/icons-react';
import { useAcknowledge } from '../../api/actions.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { SilenceDialog } from './silence-dialog.tsx';

/** Acknowledge and silence, for an alert that is not over; in a table as icons. */
export function AlertActions({ alert, compact = false }: { alert: Alert; compact?: boolean }) {
  const [acknowledging, ack] = useDisclosure(false);
  const [silencing, silence] = useDisclosure(false);
  const acknowledge = useAcknowledge(alert.id);
  if (alert.state === 'resolved') return null;
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      {!alert.acknowledgedBy && <Act label="Acknowledge" icon={IconCheck} compact={compact} onClick={ack.open} />}
      {!alert.muted && <Act label="Silence" icon={IconBellOff} compact={compact} onClick={silence.open} />}
      <ReasonDialog
        opened={acknowledging}
        onClose={ack.close}
        title={`Acknowledge ${alert.rule}`}
        confirm="I have it in hand"
        reasonLabel="Comment"
        required={false}
        onConfirm={(comment) => acknowledge.mutateAsync(comment)}
      >
        Others see that you look after it, and it is not repeated to them. It stays open until its measurement is well
        again.
      </ReasonDialog>
      {silencing && <SilenceDialog labels={alert.labels} onClose={silence.close} />}
    </Group>
  );
}

interface ActProps {
  label: string;
  icon: TablerIcon;
  compact: boolean;
  onClick: () => void;
}

function Act({ label, icon: Icon, compact, onClick }: ActProps) {
  if (!compact) {
    return (
      <Button variant="default" leftSection={<Icon size={14} aria-hidden />} onClick={onClick}>
        {label}
      </Button>
    );
  }
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={onClick}>
        <Icon size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
