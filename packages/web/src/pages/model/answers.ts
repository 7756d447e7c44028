import type { FeedbackQuestion, Measurement } from '@leeway/contract';

export interface Answers {
  question: string;
  /** The last window in which enough people answered. */
  window: Pick<Measurement, 'windowStart' | 'windowEnd'>;
  n: number;
  choices: Pick<Measurement, 'column' | 'value' | 'lower' | 'upper'>[];
}

/** How people answered the questions of choice, in the last window that has an answer. */
export function answersOf(questions: readonly FeedbackQuestion[], measurements: readonly Measurement[]): Answers[] {
  return questions.flatMap((question) => {
    if (question.type !== 'choice') return [];
    const own = measurements.filter(
      ({ metric, status, value, slice }) =>
        metric === `feedback.answer.${question.name}` && status === 'ok' && value !== null && slice === '',
    );
    const last = own.reduce<Measurement | null>((a, b) => (a && a.windowStart >= b.windowStart ? a : b), null);
    if (!last) return [];
    const choices = own.filter(({ windowStart }) => windowStart === last.windowStart);
    const order = (column: string) => question.choices.indexOf(column);
    return {
      question: question.text,
      window: { windowStart: last.windowStart, windowEnd: last.windowEnd },
      n: last.n,
      choices: choices.toSorted((a, b) => order(a.column) - order(b.column)),
    };
  });
}
