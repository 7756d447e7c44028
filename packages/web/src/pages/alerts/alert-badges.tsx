import type { Alert } from '@leeway/contract';
import { Badge, Group, Tooltip } from '@mantine/core';
import {
  IconBellOff,
  IconCheck,
  IconCoin,
  IconMessage,
  IconRefresh,
  IconUser,
  IconWaveSine,
  type TablerIcon,
} from '@tabler/icons-react';
import { type AlertBadge, badgesOf } from './badges.ts';

const ICONS: Record<AlertBadge['key'], TablerIcon> = {
  muted: IconBellOff,
  flapping: IconWaveSine,
  certainty: IconRefresh,
  acknowledged: IconCheck,
  assignee: IconUser,
  cost: IconCoin,
  verdict: IconMessage,
};

export function AlertBadges({ alert }: { alert: Alert }) {
  const badges = badgesOf(alert);
  if (badges.length === 0) return null;
  return (
    <Group gap={4} mt={4}>
      {badges.map(({ key, label, hint, tone }) => {
        const Icon = ICONS[key];
        return (
          <Tooltip key={key} label={hint}>
            <Badge
              variant="default"
              size="sm"
              tt="none"
              fw={500}
              leftSection={<Icon size={12} aria-hidden style={{ color: `var(--${tone})`, display: 'block' }} />}
            >
              {label}
            </Badge>
          </Tooltip>
        );
      })}
    </Group>
  );
}
