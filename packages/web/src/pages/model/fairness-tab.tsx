import type { Measurement } from '@leeway/contract';
import { Anchor, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import {
  attributesOf,
  type FairnessNow,
  fairnessNow,
  type GroupRow,
  guideOf,
  inWords,
  isRatio,
} from '../../charts/fairness.ts';
import { groupBy, STATUS_WORDS, toPoints } from '../../charts/series.ts';
import { IntervalBar } from '../../components/bar.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { formatCount, formatMetric, formatTick } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import { formatWindow } from '../../lib/time.ts';
import { MetricTimeline } from './metric-timeline.tsx';
import type { ModelView } from './view.ts';

/** How many groups each protected attribute had, by window: there is one such number wherever fairness was measured. */
export function useFairness({ name, monitor, dense }: ModelView) {
  return useQuery(measurementsQuery(name, { metric: ['fairness.groups'], monitor, column: '*', ...dense }));
}

/** Whether groups of people are treated alike. */
export function FairnessTab({ view }: { view: ModelView }) {
  const query = useFairness(view);
  return (
    <Load query={query} height={420}>
      {(measured) =>
        measured.length === 0 ? (
          <Nothing>
            Fairness was not measured in this time. It needs protected columns (`columns.protected` of the
            configuration), and windows whose labels are in.
          </Nothing>
        ) : (
          <LastWindow
            view={view}
            start={
              measured
                .map(({ windowStart }) => windowStart)
                .sort()
                .at(-1)!
            }
          />
        )
      }
    </Load>
  );
}

/** All that is known of the groups is fetched of one window only: it is much. */
function LastWindow({ view, start }: { view: ModelView; start: string }) {
  const { name, monitor, windowMs } = view;
  const to = new Date(Date.parse(start) + windowMs).toISOString();
  const filter = { metric: ['fairness.*'], monitor, column: '*', slice: '*', from: start, to };
  const query = useQuery(measurementsQuery(name, filter));
  return (
    <Load query={query} height={420}>
      {(measurements) => <Fairness view={view} measurements={measurements} />}
    </Load>
  );
}

function Fairness({ view, measurements }: { view: ModelView; measurements: Measurement[] }) {
  const { search, change } = view;
  const attributes = useMemo(() => attributesOf(measurements), [measurements]);
  const attribute = attributes.includes(search.column ?? '') ? search.column! : attributes[0];
  const now = useMemo(
    () => (attribute === undefined ? null : fairnessNow(measurements, attribute)),
    [measurements, attribute],
  );
  if (attribute === undefined || now === null) return null;
  const { window, disparities } = now;
  const chosen = disparities.find(({ metric }) => metric === search.metric) ?? defaultOf(disparities);
  const choice = (
    <Select
      aria-label="Protected attribute"
      size="xs"
      w={180}
      allowDeselect={false}
      value={attribute}
      data={attributes}
      onChange={(value) => change({ column: value ?? undefined })}
    />
  );
  const actions = attributes.length > 1 ? choice : undefined;
  return (
    <Stack gap="lg">
      {chosen && (
        <OverTime view={view} attribute={attribute} metric={chosen.metric} guide={guideOf(chosen)} actions={actions} />
      )}
      <Section
        title={`Groups of ${attribute}`}
        note={`last window with labels, ${formatWindow(window.windowStart, window.windowEnd)}; the largest first`}
        actions={chosen ? undefined : actions}
      >
        <Groups now={now} attribute={attribute} />
      </Section>
      <Section title="Differences between the groups" note="of the same window; choose one to see it over time">
        <Disparities now={now} chosen={chosen?.metric} onChoose={(metric) => change({ metric })} />
      </Section>
    </Stack>
  );
}

/** The ratio of the four-fifths rule, where it is there. */
const defaultOf = (disparities: Measurement[]): Measurement | undefined =>
  disparities.find(({ metric }) => metric === 'fairness.demographic_parity_ratio') ?? disparities[0];

function Disparities({
  now,
  chosen,
  onChoose,
}: {
  now: FairnessNow;
  chosen: string | undefined;
  onChoose: (metric: string) => void;
}) {
  const widest = Math.max(
    0.1,
    ...now.disparities
      .filter(({ metric }) => !isRatio(metric))
      .map(({ value, upper }) => Math.abs(upper ?? value ?? 0)),
  );
  const columns: Column<Measurement>[] = [
    {
      title: 'Measure',
      cell: ({ metric }) => (
        <Anchor
          component="button"
          type="button"
          fw={metric === chosen ? 600 : 400}
          aria-pressed={metric === chosen}
          onClick={() => onChoose(metric)}
        >
          {describeMetric(metric).label}
        </Anchor>
      ),
    },
    { title: 'Value', numeric: true, cell: (one) => <Value measurement={one} /> },
    {
      title: 'Value, interval and limit',
      cell: ({ metric, status, value, lower, upper, ...rest }) =>
        status === 'ok' && value !== null ? (
          <IntervalBar
            {...{ value, lower, upper }}
            from={0}
            to={isRatio(metric) ? 1 : widest}
            limit={guideOf({ ...rest, metric, status, value, lower, upper })}
          />
        ) : null,
    },
    { title: 'Verdict', cell: (one) => <Verdict measurement={one} /> },
  ];
  return (
    <DataTable
      label="Differences between groups"
      rows={now.disparities}
      columns={columns}
      rowKey={({ metric }) => metric}
      empty={`No two groups could be compared in this window${now.reason && `: ${now.reason}`}.`}
    />
  );
}

function Value({ measurement: { metric, value, lower, upper, status } }: { measurement: Measurement }) {
  if (value === null) return <span className="quiet">{STATUS_WORDS[status === 'ok' ? 'no_data' : status]}</span>;
  return (
    <>
      {formatMetric(metric, value)}
      {lower !== null && upper !== null && (
        <Text size="xs" c="dimmed">
          {formatMetric(metric, lower)} to {formatMetric(metric, upper)}
        </Text>
      )}
    </>
  );
}

/** Beyond the limit, and whether the whole interval is: only then is it more than chance. */
function Verdict({ measurement }: { measurement: Measurement }) {
  const { metric, status, reason, value, lower, upper, threshold: limit } = measurement;
  if (status !== 'ok' || value === null) {
    return <span className="quiet">{inWords(reason) || STATUS_WORDS[status]}</span>;
  }
  if (limit === null) return <span className="quiet">no limit is set</span>;
  const ratio = isRatio(metric);
  const beyond = (at: number) => (ratio ? at < limit : at > limit);
  const rule = `${ratio ? 'below' : 'above'} ${formatTick(metric, limit)}`;
  if (!beyond(value)) return <span className="quiet">within {formatTick(metric, limit)}</span>;
  const nearest = ratio ? upper : lower;
  const sure = nearest !== null && beyond(nearest);
  return (
    <span style={{ color: `var(--${sure ? 'critical' : 'warning'})`, fontWeight: 500 }}>
      {rule}
      {sure ? ', beyond chance' : ', may be chance'}
    </span>
  );
}

interface OverTimeProps {
  view: ModelView;
  attribute: string;
  metric: string;
  /** Where a line is drawn. */
  guide: number | null;
  actions: ReactNode;
}

function OverTime({ view, attribute, metric, guide, actions }: OverTimeProps) {
  const { name, monitor, span } = view;
  const query = useQuery(measurementsQuery(name, { metric: [metric], monitor, column: '*', ...span }));
  const { points, bounds } = useMemo(() => {
    const own = toPoints(groupBy(query.data ?? [], 'column').get(attribute) ?? []);
    const side = isRatio(metric) ? ('below' as const) : ('above' as const);
    const values = own.map(() => guide);
    return {
      points: own,
      bounds: guide === null ? [] : [{ rule: null, severity: 'warning' as const, side, values }],
    };
  }, [query.data, attribute, metric, guide]);
  return (
    <Section
      title={`${describeMetric(metric).label} of ${attribute}`}
      note={guide === null ? 'per window, UTC' : `per window, UTC; dashed at ${formatTick(metric, guide)}`}
      actions={actions}
    >
      <Load query={query} height={190}>
        {() => (
          <MetricTimeline view={view} metric={metric} column={attribute} points={points} bounds={bounds} height={190} />
        )}
      </Load>
    </Section>
  );
}

function Groups({ now, attribute }: { now: FairnessNow; attribute: string }) {
  const columns: Column<GroupRow>[] = [
    { title: attribute, cell: ({ group }) => group },
    ...now.measures.map(
      (metric): Column<GroupRow> => ({
        title: describeMetric(metric).label,
        numeric: true,
        cell: ({ measures }) => {
          const one = measures.get(metric);
          if (!one) return <span className="quiet">does not apply</span>;
          if (one.status === 'ok') return <Value measurement={one} />;
          return (
            <span className="quiet">
              {one.value === null ? inWords(one.reason) || STATUS_WORDS[one.status] : 'too small'}
            </span>
          );
        },
      }),
    ),
    { title: 'Rows', numeric: true, cell: ({ n }) => formatCount(n) },
    {
      title: 'Compared',
      cell: ({ left }) => (left ? <span className="quiet">{left}</span> : 'yes'),
    },
  ];
  return (
    <DataTable
      label={`Groups of ${attribute}`}
      rows={now.groups}
      columns={columns}
      rowKey={({ group }) => group}
      empty="No group was measured by itself in this window."
    />
  );
}
