import { Select, Stack, Switch, Text } from '@mantine/core';
import type { Notifications } from './use-notifications.ts';

const CHOICES = [
  { value: 'critical', label: 'Critical only' },
  { value: 'warning', label: 'From warning up' },
  { value: 'info', label: 'Every alert' },
] as const;
type Choice = (typeof CHOICES)[number]['value'];

/** Whether this browser tells of alerts, and of which. */
export function NotificationsSwitch({ notifications: { least, choose, complaint } }: { notifications: Notifications }) {
  return (
    <Stack gap={6}>
      <Switch
        size="xs"
        label="Notifications"
        checked={least !== null}
        onChange={(event) => choose(event.currentTarget.checked ? 'warning' : null)}
      />
      {least !== null && (
        <Select
          aria-label="Which alerts this browser tells of"
          size="xs"
          allowDeselect={false}
          data={CHOICES.map((choice) => ({ ...choice }))}
          value={least}
          onChange={(value) => choose(value as Choice)}
        />
      )}
      {complaint && (
        <Text size="xs" c="var(--critical)" role="status">
          {complaint}
        </Text>
      )}
    </Stack>
  );
}
