import { ActionIcon, Group, SegmentedControl, Stack, Text, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useLogOut } from '../../api/actions.ts';
import type { LiveState } from '../../api/use-live.ts';
import { NotificationsSwitch } from './notifications-switch.tsx';
import type { Notifications } from './use-notifications.ts';

const LIVE: Record<LiveState, { color: string; label: string; hint: string }> = {
  live: {
    color: 'var(--good)',
    label: 'Live',
    hint: 'The page follows the server: what changes is shown within a second.',
  },
  connecting: { color: 'var(--quiet)', label: 'Connecting', hint: 'Waiting for the stream of events.' },
  lost: {
    color: 'var(--critical)',
    label: 'Not live',
    hint: 'The stream of events broke off; trying again. What you see may be old.',
  },
};

const SCHEMES = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'Like the system', icon: IconDeviceDesktop },
] as const;

interface AccountProps {
  actor: string;
  role: string;
  live: LiveState;
  notifications: Notifications;
}

export function Account({ actor, role, live, notifications }: AccountProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const logOut = useLogOut(() => navigate({ to: '/login' }));
  const { color, label, hint } = LIVE[live];
  return (
    <Stack gap="xs" px={8} pb={4}>
      <Tooltip label={hint} position="right">
        <Group gap={7} role="status" aria-label={`${label}. ${hint}`} w="fit-content">
          <span className="dot" style={{ background: color }} />
          <Text size="xs" c="dimmed">
            {label}
          </Text>
        </Group>
      </Tooltip>
      <NotificationsSwitch notifications={notifications} />
      <SegmentedControl
        aria-label="Colour scheme"
        size="xs"
        fullWidth
        value={colorScheme}
        onChange={(value) => setColorScheme(value as typeof colorScheme)}
        data={SCHEMES.map(({ value, label: name, icon: Icon }) => ({
          value,
          label: (
            <Tooltip label={name}>
              <Icon size={14} aria-label={name} style={{ display: 'block', margin: '0 auto' }} />
            </Tooltip>
          ),
        }))}
      />
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <div style={{ minWidth: 0 }}>
          <Text size="sm" truncate>
            {actor}
          </Text>
          <Text size="xs" c="dimmed">
            {role}
          </Text>
        </div>
        <Tooltip label="Log out">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Log out"
            loading={logOut.isPending}
            onClick={() => logOut.mutate()}
          >
            <IconLogout size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Stack>
  );
}
