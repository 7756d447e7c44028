import type { Alert } from '@leeway/contract';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { query, reasonOf, request } from '../../api/http.ts';

interface UsefulAlertsProps {
  model: string;
  rule: string;
  onFound: (incidents: string) => void;
}

/** Takes the alerts of the rule that people called useful as incidents. */
export function UsefulAlerts({ model, rule, onFound }: UsefulAlertsProps) {
  const find = useMutation({
    mutationFn: () =>
      request<{ alerts: Alert[] }>(`/alerts${query({ model, rule, verdict: 'useful', limit: '200' })}`).then(
        ({ alerts }) => alerts,
      ),
    onSuccess: (alerts) => alerts.length > 0 && onFound(alerts.map(asIncident).join('\n')),
  });
  return (
    <div>
      <Button variant="default" loading={find.isPending} onClick={() => find.mutate()}>
        From alerts called useful
      </Button>
      {find.data?.length === 0 && <p className="complaint">No alert of {rule} was called useful.</p>}
      {find.error && <p className="complaint">{reasonOf(find.error)}</p>}
    </div>
  );
}

const asIncident = ({ activeAt, resolvedAt, id }: Alert) => [activeAt, resolvedAt, id].filter(Boolean).join(' ');
