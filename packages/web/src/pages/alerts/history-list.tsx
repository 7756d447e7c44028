import type { AlertDetail, AlertState } from '@leeway/contract';
import { Text, Timeline } from '@mantine/core';
import { Nothing } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { sentence, words } from '../../lib/format.ts';
import { ALERT_STATE } from '../../lib/states.ts';

/** What became of an alert and why, and what people did about it, the newest first. */
export function HistoryList({ history }: { history: AlertDetail['history'] }) {
  if (history.length === 0) return <Nothing>Nothing is on record yet.</Nothing>;
  return (
    <Timeline bulletSize={12} lineWidth={2} active={-1} styles={{ item: { marginTop: 14 } }}>
      {history
        .map((entry, position) => ({ ...entry, position }))
        .reverse()
        .map(({ at, from, to, why, position }) => {
          const moved = from !== to;
          return (
            <Timeline.Item
              key={position}
              title={
                <Text size="sm" fw={moved ? 600 : 400} className="breaks" span>
                  {moved ? (ALERT_STATE[to as AlertState]?.label ?? words(to)) : sentence(why)}
                  <Text span size="xs" c="dimmed" ml={8}>
                    <Time at={at} />
                  </Text>
                </Text>
              }
            >
              {moved && (
                <Text size="sm" c="dimmed" className="breaks">
                  {why}
                </Text>
              )}
            </Timeline.Item>
          );
        })}
    </Timeline>
  );
}
