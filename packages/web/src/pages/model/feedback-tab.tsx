import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { measurementsQuery } from '../../api/queries.ts';
import { feedbackQuery } from '../../api/signals.ts';
import { groupBy, toPoints } from '../../charts/series.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { describeMetric } from '../../lib/metrics.ts';
import { AnswerTable } from './answer-table.tsx';
import { answersOf } from './answers.ts';
import { CommentList } from './comment-list.tsx';
import { MetricTimeline } from './metric-timeline.tsx';
import type { ModelView } from './view.ts';

const NEWEST = 50;
const SMALL = ['feedback.rating_mean', 'feedback.rate', 'feedback.correction_share'];

export const useFeedback = ({ name }: ModelView) => useQuery(feedbackQuery(name, NEWEST));

/** What people said of the predictions. */
export function FeedbackTab({ view }: { view: ModelView }) {
  const { name, config, monitor, span } = view;
  const query = useQuery(measurementsQuery(name, { metric: ['feedback.*'], monitor, column: '*', ...span }));
  const newest = useFeedback(view);
  const groups = useMemo(() => groupBy(query.data ?? [], 'metric'), [query.data]);
  const { questions } = config.feedback;
  const scales = questions.flatMap(({ type, name: of, text }) =>
    type === 'scale' ? [[`feedback.answer.${of}`, text] as const] : [],
  );
  const answers = useMemo(() => answersOf(questions, query.data ?? []), [questions, query.data]);
  const pointsOf = useMemo(() => {
    const points = new Map([...groups].map(([metric, measured]) => [metric, toPoints(measured)]));
    return (metric: string) => points.get(metric) ?? [];
  }, [groups]);
  const small = [...SMALL.map((metric) => [metric, describeMetric(metric).label] as const), ...scales];
  const shown = small.filter(([metric]) => pointsOf(metric).some(({ value }) => value !== null));
  return (
    <Load query={query} height={420}>
      {(measured) => (
        <Stack gap="md">
          {measured.length === 0 ? (
            <Nothing>
              Nothing was measured of the feedback in this time. It is counted once a window has closed.
            </Nothing>
          ) : (
            <Section title={describeMetric('feedback.positive_share').label} note="share of all ratings, per window">
              <MetricTimeline
                view={view}
                metric="feedback.positive_share"
                points={pointsOf('feedback.positive_share')}
                full
                height={320}
              />
            </Section>
          )}
          {shown.length > 0 && (
            <div className="small-charts">
              {shown.map(([metric, title]) => (
                <Section key={metric} title={title}>
                  <MetricTimeline view={view} metric={metric} points={pointsOf(metric)} height={170} zoom />
                </Section>
              ))}
            </div>
          )}
          {answers.length > 0 && (
            <div className="small-charts">
              {answers.map((answer) => (
                <AnswerTable key={answer.question} {...answer} />
              ))}
            </div>
          )}
          <Section title="Newest" note={`the last ${NEWEST}, with what people wrote`}>
            <Load query={newest} height={160}>
              {(feedback) => <CommentList feedback={feedback} config={config.feedback} />}
            </Load>
          </Section>
        </Stack>
      )}
    </Load>
  );
}
