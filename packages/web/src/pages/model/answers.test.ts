import { FeedbackConfig } from '@leeway/contract';
import { expect, it } from 'vitest';
import { measured } from '../../../test/fixture-flights.ts';
import { answersOf } from './answers.ts';

const { questions } = FeedbackConfig.parse({
  questions: [
    { type: 'choice', name: 'then', text: 'What then?', choices: ['waited', 'left'] },
    { type: 'choice', name: 'never', text: 'Never asked?', choices: ['yes', 'no'] },
    { type: 'scale', name: 'early', text: 'Early enough?' },
  ],
});
const answer = (day: number, column: string, value: number | null) =>
  measured({
    day,
    metric: 'feedback.answer.then',
    column,
    value,
    status: value === null ? 'insufficient' : 'ok',
    n: 40,
  });

it('takes the last window with enough answers, in the order of the question', () => {
  const measurements = [
    ...[answer(1, 'left', 0.9), answer(1, 'waited', 0.1), answer(2, 'left', 0.3), answer(2, 'waited', 0.7)],
    ...[answer(3, 'left', null), measured({ day: 3, metric: 'feedback.answer.early', value: 4 })],
  ];
  const [found, ...others] = answersOf(questions, measurements);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ question: 'What then?', n: 40 });
  expect(found!.choices.map(({ column, value }) => [column, value])).toEqual([
    ['waited', 0.7],
    ['left', 0.3],
  ]);
});
