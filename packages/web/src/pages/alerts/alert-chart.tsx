import type { Alert, Mark, ModelConfig } from '@leeway/contract';
import { Select, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { marksQuery, measurementsQuery, modelQuery, windowsQuery } from '../../api/queries.ts';
import { alertOption, badWindows, drawnSpan, linesOf, type Subject, spanAround } from '../../charts/alert.ts';
import { type Point, toPoints } from '../../charts/series.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { TimelineLegend } from '../../components/chart-legend.tsx';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { formatCount } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';

const HEIGHT = 320;
const ROOMY = 560;
const NO_MARKS: Mark[] = [];
const NO_RULES: ModelConfig['rules'] = [];

const nameOf = ({ metric, column, slice }: Subject): string =>
  [describeMetric(metric).label, column, slice].filter(Boolean).join(', ');

/** The metric of an alert over the time around it. */
export function AlertChart({ alert }: { alert: Alert }) {
  const subjects: Subject[] = alert.conditions.length > 0 ? alert.conditions : [alert];
  const [chosen, setChosen] = useState(() =>
    Math.max(
      0,
      subjects.findIndex(
        ({ metric, column, slice }) => metric === alert.metric && column === alert.column && slice === alert.slice,
      ),
    ),
  );
  const subject = subjects[chosen] ?? subjects[0]!;
  const span = useMemo(() => spanAround(alert), [alert]);
  const { metric, column, slice } = subject;
  const monitor = alert.labels['monitor'];
  const measured = useQuery(measurementsQuery(alert.model, { metric: [metric], monitor, column, slice, ...span }));
  const windows = useQuery(windowsQuery(alert.model, span)).data;
  const points = useMemo(() => {
    // What is measured of all rows has windows that wait or are empty; of a column or slice that can't be told from them.
    const own = column === '' && slice === '' ? windows?.filter((window) => window.monitor === monitor) : [];
    return toPoints(measured.data ?? [], own);
  }, [measured.data, windows, monitor, column, slice]);
  return (
    <Section
      title={nameOf(subject)}
      note="around the alert, UTC"
      actions={
        subjects.length > 1 && (
          <Select
            size="xs"
            w={240}
            aria-label="Condition of the chart"
            allowDeselect={false}
            value={String(chosen)}
            data={subjects.map((one, i) => ({ value: String(i), label: nameOf(one) }))}
            onChange={(value) => setChosen(Number(value))}
          />
        )
      }
    >
      <Load query={measured} height={HEIGHT}>
        {() =>
          points.some(({ value }) => value !== null) ? (
            <Picture alert={alert} subject={subject} points={points} span={span} />
          ) : (
            <Nothing>No window of this time has a number for it.</Nothing>
          )
        }
      </Load>
    </Section>
  );
}

interface PictureProps {
  alert: Alert;
  subject: Subject;
  points: Point[];
  span: { from: string; to: string };
}

function Picture({ alert, subject, points, span }: PictureProps) {
  const palette = usePalette();
  const navigate = useNavigate();
  const { ref, width } = useElementSize();
  const full = width >= ROOMY;
  const rules = useQuery(modelQuery(alert.model)).data?.config.rules ?? NO_RULES;
  const marks = useQuery(marksQuery(alert.model, { from: span.from })).data ?? NO_MARKS;
  const limits = useMemo(() => linesOf(alert, subject, rules, points), [alert, subject, rules, points]);
  const bad = useMemo(
    () => badWindows(points, limits, Date.parse(alert.windowStart)),
    [points, limits, alert.windowStart],
  );
  const option = useMemo(
    () =>
      alertOption({
        ...{ alert, metric: subject.metric, points, bad, marks, full, palette },
        lines: limits.lines,
        span: drawnSpan(span, points, alert.resolvedAt),
      }),
    [alert, subject, points, bad, limits, marks, span, full, palette],
  );
  const open = (data: unknown) => {
    const mark = (data as { mark?: Mark } | undefined)?.mark;
    if (mark?.kind === 'alert') void navigate({ to: '/alerts/$id', params: { id: mark.id } });
    if (mark?.kind === 'run') void navigate({ to: '/runs/$id', params: { id: mark.id } });
  };
  const many = `${formatCount(bad.length)} of ${formatCount(points.length)} windows`;
  return (
    <div ref={ref}>
      <TimelineLegend
        interval={points.some(({ lower }) => lower !== null)}
        reference={points.some(({ reference }) => reference !== null)}
        threshold={limits.lines.length > 0}
        alert
      />
      <Chart
        option={option}
        height={full ? HEIGHT + 60 : 240}
        label={`${nameOf(subject)} around the alert: ${many} lie beyond the threshold`}
        onPick={open}
      />
      <Text size="xs" c="dimmed">
        {limits.exact && bad.length > 0 && `${many} lie beyond the threshold: they have a dot.`}
        {!limits.exact &&
          limits.lines.length > 0 &&
          'The threshold is that of the newest window of the alert, which has a dot; older windows may have had another.'}
      </Text>
    </div>
  );
}
