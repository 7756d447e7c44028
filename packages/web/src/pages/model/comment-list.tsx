import { type FeedbackConfig, positiveFrom } from '@leeway/contract';
import { Text } from '@mantine/core';
import type { Feedback } from '../../api/signals.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Time } from '../../components/time.tsx';

/** Pieces of feedback with their words, which are shown as text whatever they hold. */
export function CommentList({ feedback, config }: { feedback: Feedback[]; config: FeedbackConfig }) {
  const positive = positiveFrom(config);
  const columns: Column<Feedback>[] = [
    { title: 'When', nowrap: true, cell: ({ time }) => <Time at={time} /> },
    {
      title: 'Rating',
      nowrap: true,
      cell: ({ rating }) =>
        rating === null ? (
          <span className="quiet">none</span>
        ) : (
          <span style={{ color: rating >= positive ? 'var(--good)' : 'var(--critical)', fontWeight: 500 }}>
            {rating} of {config.rating.max}
          </span>
        ),
    },
    {
      title: 'Words and answers',
      width: '50%',
      cell: ({ comment, answers }) => (
        <>
          {comment && (
            <Text size="sm" className="breaks" style={{ whiteSpace: 'pre-wrap' }}>
              {comment}
            </Text>
          )}
          {Object.entries(answers).map(([name, answer]) => (
            <Text key={name} size="xs" c="dimmed" className="breaks">
              {config.questions.find((question) => question.name === name)?.text ?? name} {answer}
            </Text>
          ))}
        </>
      ),
    },
    {
      title: 'Would have been right',
      width: '14%',
      cell: ({ correction }) => correction ?? <span className="quiet">–</span>,
    },
    { title: 'Prediction', cell: ({ prediction }) => <span className="quiet breaks">{prediction}</span> },
    { title: 'By', nowrap: true, cell: ({ source }) => <span className="quiet">{source}</span> },
  ];
  return (
    <DataTable
      label="Feedback"
      rows={feedback}
      columns={columns}
      rowKey={({ id }) => id}
      empty="Nobody has said anything yet."
    />
  );
}
