import type { Alert } from '@leeway/contract';
import { Select } from '@mantine/core';
import { useState } from 'react';
import { type Holding, useAcknowledge } from '../../api/alerts.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';

const HOLDS: { value: string; label: string; holding: Holding }[] = [
  { value: 'default', label: 'As configured (onCall.acknowledgeFor)', holding: {} },
  { value: '1h', label: '1 hour', holding: { for: '1h' } },
  { value: '4h', label: '4 hours', holding: { for: '4h' } },
  { value: '1d', label: '1 day', holding: { for: '1d' } },
  { value: '7d', label: '1 week', holding: { for: '7d' } },
  { value: 'open', label: 'Until the alert is over', holding: { until: null } },
];

/** Asks for how long one has alerts in hand. */
export function AcknowledgeDialog({ alerts, onClose }: { alerts: readonly Alert[]; onClose: () => void }) {
  const [holds, setHolds] = useState('default');
  const acknowledge = useAcknowledge();
  const what = alerts.length === 1 ? alerts[0]!.rule : `${alerts.length} alerts`;
  return (
    <ReasonDialog
      opened
      onClose={onClose}
      title={`Acknowledge ${what}`}
      confirm="I have it in hand"
      reasonLabel="Comment"
      required={false}
      onConfirm={(comment) => {
        const { holding } = HOLDS.find(({ value }) => value === holds)!;
        return acknowledge.mutateAsync({ alerts: alerts.map(({ id }) => id), comment, holding });
      }}
    >
      Others see that you look after it. It is not repeated and does not escalate while that holds, and stays open until
      its measurement is well again.
      <Select
        mt="sm"
        label="Holds"
        data={HOLDS.map(({ value, label }) => ({ value, label }))}
        value={holds}
        allowDeselect={false}
        onChange={(value) => setHolds(value ?? 'default')}
      />
    </ReasonDialog>
  );
}
