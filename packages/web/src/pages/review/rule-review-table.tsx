import type { RuleReview } from '@leeway/contract';
import { Anchor, Badge, Text, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Bar } from '../../components/bar.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatShare } from '../../lib/format.ts';
import { formatDuration } from '../../lib/time.ts';
import { inWords, REMARKS } from './rules.ts';

const time = (ms: number | null) => (ms === null ? <span className="quiet">–</span> : formatDuration(ms));

/** How often each rule spoke, and what people made of it. */
export function RuleReviewTable({ rules, zone }: { rules: RuleReview[]; zone: string }) {
  const columns: Column<RuleReview>[] = [
    { title: 'Rule', cell: (rule) => <Name rule={rule} /> },
    {
      title: 'Alerts',
      numeric: true,
      cell: ({ alerts, flapping, resolvedByThemselves }) => (
        <>
          {alerts}
          <Note text={resolvedByThemselves > 0 && `${resolvedByThemselves} over by itself`} />
          <Note text={flapping > 0 && `${flapping} flapping`} />
        </>
      ),
    },
    {
      title: 'Messages',
      hint: `After hours: outside of Monday to Friday, nine to five, by the clock of ${zone}.`,
      numeric: true,
      cell: ({ messages, afterHours }) => (
        <>
          {messages}
          <Note text={afterHours > 0 && `${afterHours} after hours`} />
        </>
      ),
    },
    {
      title: 'Noise',
      hint: 'Noise and duplicates among those alerts of which something was said.',
      cell: ({ noiseShare, verdicts }) => (
        <>
          {noiseShare === null ? (
            <span className="quiet">not known</span>
          ) : (
            <span className="nowrap">
              <Bar share={noiseShare} color="var(--warning)" /> {formatShare(noiseShare)}
            </span>
          )}
          <Note text={inWords(verdicts)} />
        </>
      ),
    },
    {
      title: 'To take',
      hint: 'Median time until somebody acknowledged it.',
      numeric: true,
      cell: (rule) => time(rule.timeToAcknowledge),
    },
    {
      title: 'To end',
      hint: 'Median time until it was over.',
      numeric: true,
      cell: (rule) => time(rule.timeToResolve),
    },
    {
      title: 'In alarm',
      hint: 'Share of the time in which at least one alert of it was open.',
      numeric: true,
      cell: ({ timeInAlarm }) => formatShare(timeInAlarm),
    },
    {
      title: '',
      cell: ({ model, rule, known }) =>
        known && (
          <Anchor
            renderRoot={(props) => (
              <Link to="/models/$model/backtest" params={{ model }} search={{ rule }} {...props} />
            )}
          >
            Backtest
          </Anchor>
        ),
    },
  ];
  return (
    <DataTable
      label="Rules"
      rows={rules}
      columns={columns}
      rowKey={({ model, rule }) => `${model}/${rule}`}
      empty="There is no rule, and there was no alert in this time."
    />
  );
}

function Name({ rule: { model, rule, owner, known, remarks } }: { rule: RuleReview }) {
  return (
    <>
      <strong>{rule}</strong>{' '}
      {remarks.map((remark) => (
        <Tooltip key={remark} label={REMARKS[remark].hint}>
          <Badge size="sm" variant="light" color={REMARKS[remark].color} tt="none" fw={500} className="whole">
            {REMARKS[remark].label}
          </Badge>
        </Tooltip>
      ))}
      <Text size="xs" c="dimmed">
        {[model, owner, !known && 'no longer in the configuration'].filter(Boolean).join(', ')}
      </Text>
    </>
  );
}

function Note({ text }: { text: string | false }) {
  if (!text) return null;
  return (
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  );
}
