import type { AlertState } from '@leeway/contract';
import { Text, Timeline } from '@mantine/core';
import type { AlertHistory } from '../../api/queries.ts';
import { Nothing } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';
import { ALERT_STATE } from '../../lib/states.ts';

/** What became of an alert and why, the newest first. */
export function HistoryList({ history }: { history: AlertHistory['history'] }) {
  if (history.length === 0) return <Nothing>Nothing is on record yet.</Nothing>;
  return (
    <Timeline bulletSize={12} lineWidth={2} active={-1}>
      {history
        .toSorted((a, b) => b.at.localeCompare(a.at))
        .map(({ at, from, to, why }) => (
          <Timeline.Item
            key={`${at} ${to}`}
            title={
              <Text size="sm" fw={500} span>
                {from === to ? words(to) : (ALERT_STATE[to as AlertState]?.label ?? words(to))}
                <Text span size="xs" c="dimmed" ml={8}>
                  <Time at={at} />
                </Text>
              </Text>
            }
          >
            <Text size="sm" c="dimmed">
              {why}
            </Text>
          </Timeline.Item>
        ))}
    </Timeline>
  );
}
