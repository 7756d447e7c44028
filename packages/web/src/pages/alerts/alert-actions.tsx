import type { Alert } from '@leeway/contract';
import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconBellOff, IconCheck, IconUser, type TablerIcon } from '@tabler/icons-react';
import { useState } from 'react';
import { useUnacknowledge } from '../../api/alerts.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { SilenceDialog } from '../silences/silence-dialog.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AssignDialog } from './assign-dialog.tsx';

type Doing = 'acknowledge' | 'unacknowledge' | 'assign' | 'silence';

/** What a person may do about an alert; in a table as icons, and the most wanted only. */
export function AlertActions({ alert, compact = false }: { alert: Alert; compact?: boolean }) {
  const [doing, setDoing] = useState<Doing | null>(null);
  const close = () => setDoing(null);
  const open = alert.state !== 'resolved';
  if (!open && compact) return null;
  const act = (what: Doing, label: string, icon: TablerIcon) => (
    <Act label={label} icon={icon} compact={compact} onClick={() => setDoing(what)} />
  );
  return (
    <Group gap={6} wrap={compact ? 'nowrap' : 'wrap'} justify="flex-end">
      {open && !alert.acknowledgedBy && act('acknowledge', 'Acknowledge', IconCheck)}
      {open && alert.acknowledgedBy && !compact && act('unacknowledge', 'Give back', IconArrowBackUp)}
      {!compact && act('assign', alert.assignee ? 'Reassign' : 'Assign', IconUser)}
      {open && alert.muted?.by !== 'silence' && act('silence', 'Silence', IconBellOff)}
      {doing === 'acknowledge' && <AcknowledgeDialog alerts={[alert]} onClose={close} />}
      {doing === 'unacknowledge' && <GiveBackDialog alert={alert} onClose={close} />}
      {doing === 'assign' && <AssignDialog alert={alert} onClose={close} />}
      {doing === 'silence' && <SilenceDialog labels={alert.labels} onClose={close} />}
    </Group>
  );
}

function GiveBackDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const unacknowledge = useUnacknowledge();
  return (
    <ReasonDialog
      opened
      onClose={onClose}
      title={`Give back ${alert.rule}`}
      confirm="Give it back"
      reasonLabel="Comment"
      required={false}
      onConfirm={(comment) => unacknowledge.mutateAsync({ alert: alert.id, comment })}
    >
      {alert.acknowledgedBy} has it in hand. Given back, it is repeated and escalates again until somebody acknowledges
      it.
    </ReasonDialog>
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
