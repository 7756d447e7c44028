import type { ModelConfig } from '@leeway/contract';
import { Button, Checkbox, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { formatNumber } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { around, complaintOf, type Draft, thresholdKey } from './draft.ts';
import { UsefulAlerts } from './useful-alerts.tsx';

type Rule = ModelConfig['rules'][number];

interface BacktestFormProps {
  model: string;
  rules: readonly Rule[];
  rule: Rule;
  draft: Draft;
  change: (patch: Partial<Draft>) => void;
  choose: (rule: string) => void;
  running: boolean;
  onRun: () => void;
}

const SPANS = [
  { value: 'all', label: 'All there is' },
  { value: '365', label: 'Last year' },
  { value: '90', label: 'Last 90 days' },
  { value: '30', label: 'Last 30 days' },
];
const SLACK = [
  { value: '0s', label: 'during it' },
  { value: '1d', label: 'a day off it' },
  { value: '3d', label: '3 days off it' },
  { value: '1w', label: 'a week off it' },
];

export function BacktestForm({ model, rules, rule, draft, change, choose, running, onRun }: BacktestFormProps) {
  const complaint = complaintOf(draft);
  const key = thresholdKey(rule);
  const own = key === null ? undefined : rule[key];
  const metric = rule.metric === '' ? 'made of conditions' : describeMetric(rule.metric).label;
  return (
    <form
      className="panel"
      style={{ padding: 14 }}
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      <div className="form-columns">
        <Stack gap="sm">
          <Select
            label="Rule"
            description={metric}
            allowDeselect={false}
            searchable
            data={rules.map(({ name }) => name)}
            value={rule.name}
            onChange={(value) => value && choose(value)}
          />
          <Group gap="sm" grow align="flex-start">
            <TextInput
              label={key === null ? 'Threshold' : `Bad ${key}`}
              description={own === undefined ? 'not one number' : `now ${formatNumber(own)}`}
              placeholder="as it is"
              disabled={key === null}
              value={draft.threshold}
              onChange={(event) => change({ threshold: event.currentTarget.value })}
            />
            <TextInput
              label="Windows in a row"
              description={`now ${rule.for}${rule.of === undefined ? '' : ` of ${rule.of}`}`}
              placeholder="as it is"
              value={draft.for}
              onChange={(event) => change({ for: event.currentTarget.value })}
            />
          </Group>
          <Select
            label="Over"
            allowDeselect={false}
            data={SPANS}
            value={draft.days === null ? 'all' : String(draft.days)}
            onChange={(value) => change({ days: value === 'all' ? null : Number(value) })}
          />
        </Stack>
        <Stack gap="sm">
          <Textarea
            label="Incidents"
            description="Times when something was wrong, one a line: beginning, end, note. They tell what is found, missed and false."
            placeholder="2026-05-19 2026-06-10 a feed was late"
            autosize
            minRows={3}
            maxRows={10}
            value={draft.incidents}
            onChange={(event) => change({ incidents: event.currentTarget.value })}
          />
          <Group gap="sm" align="flex-end">
            <UsefulAlerts model={model} rule={rule.name} onFound={(incidents) => change({ incidents })} />
            <Select
              label="An alert counts if it is"
              size="xs"
              w={180}
              allowDeselect={false}
              data={SLACK}
              value={draft.slack}
              onChange={(value) => change({ slack: value ?? '0s' })}
            />
          </Group>
        </Stack>
        <Stack gap="sm">
          <TextInput
            label="Thresholds to try"
            description="Numbers with commas; every combination is tried."
            disabled={key === null}
            value={draft.thresholds}
            onChange={(event) => change({ thresholds: event.currentTarget.value })}
            rightSectionWidth={92}
            rightSection={
              own !== undefined && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => change({ thresholds: around(own).join(', ') })}
                >
                  Around it
                </Button>
              )
            }
          />
          <TextInput
            label="Windows in a row to try"
            placeholder="such as 1, 2, 3"
            value={draft.fors}
            onChange={(event) => change({ fors: event.currentTarget.value })}
          />
          <Checkbox
            label="Choose on the first 70 % of the time, score on the rest"
            checked={draft.holdout}
            onChange={(event) => change({ holdout: event.currentTarget.checked })}
          />
        </Stack>
      </div>
      <Group justify="flex-end" mt="sm" gap="sm">
        {complaint && (
          <Text size="xs" c="var(--critical)" role="status" mr="auto" className="breaks">
            {complaint}
          </Text>
        )}
        <Button type="submit" loading={running} disabled={complaint !== null}>
          Replay
        </Button>
      </Group>
    </form>
  );
}
