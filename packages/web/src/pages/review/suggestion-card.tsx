import type { Suggestion } from '@leeway/contract';
import { Anchor, Button, Code, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useApplySuggestion } from '../../api/review.ts';
import { Problem } from '../../components/problem.tsx';
import { Time } from '../../components/time.tsx';
import { formatNumber, formatShare } from '../../lib/format.ts';
import { formatDuration } from '../../lib/time.ts';

const changeOf = ({ change }: Suggestion) =>
  Object.entries(change)
    .map(([key, value]) => `${key} ${formatNumber(value)}`)
    .join(', ');

/** What is suggested of a rule, the backtest that supports it, and the button that sets it. */
export function SuggestionCard({ suggestion }: { suggestion: Suggestion }) {
  const { model, rule, from, to, delay, warnings, madeAt, appliedAt, appliedBy } = suggestion;
  return (
    <Stack gap={8} className="panel" p="sm" component="article" aria-label={`Suggestion for ${rule} of ${model}`}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text size="md" fw={600}>
            {rule}: {changeOf(suggestion)}
          </Text>
          <Text size="xs" c="dimmed">
            {model}; <Time at={from} /> to <Time at={to} />; looked for <Time at={madeAt} />
          </Text>
        </div>
        {appliedAt === null ? <Apply suggestion={suggestion} /> : null}
      </Group>
      <Compared suggestion={suggestion} />
      {delay !== null && delay > 0 && <Text size="sm">Useful alerts would fire {formatDuration(delay)} later.</Text>}
      {warnings.map((warning) => (
        <Text key={warning} size="xs" c="var(--warning)">
          {warning}
        </Text>
      ))}
      <Text size="sm">
        {appliedAt === null ? (
          <Anchor
            renderRoot={(props) => (
              <Link to="/models/$model/backtest" params={{ model }} search={{ rule }} {...props} />
            )}
          >
            Try other values in a backtest
          </Anchor>
        ) : (
          <>
            Applied by {appliedBy}, <Time at={appliedAt} />
          </>
        )}
      </Text>
    </Stack>
  );
}

function Compared({ suggestion: { before, after } }: { suggestion: Suggestion }) {
  const rows = [
    ['Alerts', before.alerts, after.alerts],
    ['Useful ones told', before.useful, after.useful],
    ['Noise told', before.noise, after.noise],
    ['Time in alarm', formatShare(before.timeInAlarm), formatShare(after.timeInAlarm)],
  ] as const;
  return (
    <Table withRowBorders={false} verticalSpacing={1} horizontalSpacing={0} highlightOnHover={false} w="auto">
      <Table.Thead>
        <Table.Tr c="dimmed">
          <Table.Th fw={400}>Over the alerts judged</Table.Th>
          <Table.Th fw={400} className="numeric" pl="lg">
            now
          </Table.Th>
          <Table.Th fw={400} className="numeric" pl="lg">
            suggested
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([what, now, then]) => (
          <Table.Tr key={what}>
            <Table.Td>{what}</Table.Td>
            <Table.Td className="numeric">{now}</Table.Td>
            <Table.Td className="numeric" fw={600}>
              {then}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Asks once, since it is a revision of the configuration. */
function Apply({ suggestion }: { suggestion: Suggestion }) {
  const [asking, { open, close }] = useDisclosure(false);
  const apply = useApplySuggestion();
  return (
    <>
      <Button onClick={open}>Apply</Button>
      <Modal opened={asking} onClose={close} title={`Change ${suggestion.rule} of ${suggestion.model}?`} centered>
        <Stack gap="sm">
          <Text size="sm">
            This makes a revision of the configuration, for which an administrator's rights are needed. Write it into
            your file too: the next start with the file would take it back.
          </Text>
          <Code block>{suggestion.yaml}</Code>
          {apply.error && <Problem error={apply.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button loading={apply.isPending} onClick={() => apply.mutate(suggestion.id, { onSuccess: close })}>
              Apply
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
