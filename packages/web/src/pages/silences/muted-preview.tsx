import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { reasonOf } from '../../api/http.ts';
import { matchingAlertsQuery } from '../../api/queries.ts';

const SHOWN = 4;

/** Which open alerts matchers are about, as the server sees it. */
export function MutedPreview({ matchers }: { matchers: readonly string[] }) {
  const [asked] = useDebouncedValue(matchers.join('\n'), 300);
  const { data, error } = useQuery({
    ...matchingAlertsQuery(asked.split('\n')),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  if (asked === '' || matchers.length === 0) return null;
  if (error) return <p className="complaint">{reasonOf(error)}</p>;
  if (!data) return null;
  const { alerts, next } = data;
  const rest = alerts.length - SHOWN;
  return (
    <div className="panel" style={{ padding: '8px 10px' }} role="status">
      <Text size="sm" fw={500}>
        {alerts.length === 0
          ? 'It matches no alert that is open now.'
          : `It mutes ${next ? 'more than ' : ''}${alerts.length} open ${alerts.length === 1 ? 'alert' : 'alerts'}:`}
      </Text>
      {alerts.slice(0, SHOWN).map(({ id, model, rule, column, slice, muted }) => (
        <Text key={id} size="xs" c="dimmed" truncate>
          {rule} on {model}
          {[column, slice].filter(Boolean).map((part) => `, ${part}`)}
          {muted && ' (muted already)'}
        </Text>
      ))}
      {rest > 0 && (
        <Text size="xs" c="dimmed">
          and {rest} more
        </Text>
      )}
    </div>
  );
}
