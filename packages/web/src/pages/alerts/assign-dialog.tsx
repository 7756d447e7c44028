import type { Alert } from '@leeway/contract';
import { Autocomplete, Button, Checkbox, Group, Modal, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { onCallQuery, useAssign } from '../../api/alerts.ts';
import { sessionQuery } from '../../api/queries.ts';
import { Problem } from '../../components/problem.tsx';

/** Asks whose an alert is to be. Who is on call or looks is offered; any name may be written. */
export function AssignDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const me = useQuery(sessionQuery).data?.actor;
  const schedules = useQuery(onCallQuery(14)).data ?? [];
  const [assignee, setAssignee] = useState(alert.assignee ?? me ?? '');
  const [tell, setTell] = useState(false);
  const assign = useAssign();
  const people = schedules.flatMap(({ now, coming }) => [now, ...coming].map(({ person }) => person));
  const give = (to: string | null) =>
    assign.mutate({ alert: alert.id, assignee: to, tell: to !== null && tell }, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={`Assign ${alert.rule}`} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          give(assignee.trim());
        }}
      >
        <Stack gap="sm">
          <Autocomplete
            label="To"
            data={[...new Set([...(me ? [me] : []), ...people])]}
            value={assignee}
            onChange={setAssignee}
            maxLength={100}
            openOnFocus={false}
            data-autofocus
          />
          <Checkbox
            label="Tell them by their channels (onCall.people)"
            checked={tell}
            onChange={(event) => setTell(event.currentTarget.checked)}
          />
          {assign.error && <Problem error={assign.error} />}
          <Group justify="flex-end" gap="xs">
            {alert.assignee !== null && (
              <Button variant="default" mr="auto" onClick={() => give(null)}>
                To nobody
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={assign.isPending} disabled={assignee.trim() === ''}>
              Assign
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
