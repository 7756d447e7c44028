import { Bar } from '../../components/bar.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { formatShare } from '../../lib/format.ts';
import { formatWindow } from '../../lib/time.ts';
import type { Answers } from './answers.ts';

export function AnswerTable({ question, window, n, choices }: Answers) {
  return (
    <Section title={question} note={`${n} answers, ${formatWindow(window.windowStart, window.windowEnd)}`}>
      <DataTable
        label={question}
        rows={choices}
        rowKey={({ column }) => column}
        empty=""
        columns={[
          { title: 'Answer', cell: ({ column }) => column },
          {
            title: 'Share',
            nowrap: true,
            cell: ({ value, lower, upper }) => (
              <>
                <Bar share={value ?? 0} /> {formatShare(value)}
                {lower !== null && upper !== null && (
                  <span className="quiet">
                    {' '}
                    ({formatShare(lower)} to {formatShare(upper)})
                  </span>
                )}
              </>
            ),
          },
        ]}
      />
    </Section>
  );
}
