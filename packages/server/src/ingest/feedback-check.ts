import { createHash } from 'node:crypto';
import type { FeedbackQuestion, ModelConfig } from '@leeway/contract';
import { type Checked, idOf, outputOf, refuse, show, timeOf } from './validate.ts';

const MOST_WORDS = 10_000;

/**
 * Makes the check of one piece of feedback on a prediction: `{id, rating, correction, comment, answers}`, of which at least one
 * beside the id. `feedback_id` names it, so that it may be sent again, or mended; without one it goes by what it says.
 */
export function feedbackCheck(model: ModelConfig): (input: unknown, now: number) => Checked {
  const { rating, questions } = model.feedback;
  const named = new Map(questions.map((question) => [question.name, question]));
  const { id: idColumn } = model.columns;
  return (input, now) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return refuse('row_not_an_object', `got ${show(input)}`);
    const given = input as Record<string, unknown>;
    const prediction = idOf(given[idColumn]);
    if (prediction === undefined)
      return refuse('missing_id', `column "${idColumn}" holds ${show(given[idColumn])}; expected a text or a number`);

    const stars = ratingOf(given['rating'], rating);
    if (stars === undefined) {
      const expected = `a number from ${rating.min} to ${rating.max}, "up" or "down"`;
      return refuse('wrong_type', `"rating" holds ${show(given['rating'])}; expected ${expected}`);
    }
    const correction = outputOf(given['correction'], model.task === 'regression');
    if (correction === undefined) {
      const expected = model.task === 'regression' ? 'a number' : 'a class';
      return refuse('wrong_type', `"correction" holds ${show(given['correction'])}; expected ${expected}`);
    }
    const comment = given['comment'] ?? '';
    if (typeof comment !== 'string' || comment.length > MOST_WORDS)
      return refuse(
        'wrong_type',
        `"comment" holds ${show(comment)}; expected a text of at most ${MOST_WORDS} characters`,
      );

    const asked = given['answers'] ?? {};
    if (typeof asked !== 'object' || Array.isArray(asked))
      return refuse('wrong_type', `"answers" holds ${show(asked)}; expected an object of answers by question`);
    const answers: Record<string, string> = {};
    for (const [name, value] of Object.entries(asked as Record<string, unknown>)) {
      const question = named.get(name);
      if (!question) {
        const known = questions.length === 0 ? 'the model asks none' : `it asks ${[...named.keys()].join(', ')}`;
        return refuse('unknown_question', `"${name.slice(0, 60)}"; ${known}`);
      }
      if (value === null || value === '') continue;
      const answer = answerOf(question, value);
      if (answer === undefined)
        return refuse('wrong_type', `"${name}" holds ${show(value)}; expected ${expectedOf(question)}`);
      answers[name] = answer;
    }
    if (stars === null && correction === null && comment === '' && Object.keys(answers).length === 0)
      return refuse('empty_feedback', 'expected a rating, a correction, a comment or answers');

    const time = given['time'] === undefined ? now : timeOf(given['time']);
    if (time === undefined) return refuse('invalid_time', `"time" holds ${show(given['time'])}`);
    const source = typeof given['source'] === 'string' ? given['source'].slice(0, 100) : 'api';
    const said = {
      prediction,
      rating: stars,
      correction: correction === null ? null : String(correction),
      comment,
      answers,
    };
    const id = given['feedback_id'] === undefined ? contentId(said) : idOf(given['feedback_id']);
    if (id === undefined)
      return refuse('missing_id', `"feedback_id" holds ${show(given['feedback_id'])}; expected a text or a number`);
    return { row: { id, ...said, time, received: now, source } };
  };
}

/** Null where none is given. */
function ratingOf(value: unknown, { min, max }: { min: number; max: number }): number | null | undefined {
  if (value === undefined || value === null) return null;
  if (value === 'up') return max;
  if (value === 'down') return min;
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
}

function answerOf(question: FeedbackQuestion, value: unknown): string | undefined {
  switch (question.type) {
    case 'scale': {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      const fits = typeof number === 'number' && number >= question.min && number <= question.max;
      return fits ? String(number) : undefined;
    }
    case 'choice':
      return typeof value === 'string' && question.choices.includes(value) ? value : undefined;
    case 'text':
      return typeof value === 'string' && value.length <= MOST_WORDS ? value : undefined;
  }
}

function expectedOf(question: FeedbackQuestion): string {
  if (question.type === 'scale') return `a number from ${question.min} to ${question.max}`;
  if (question.type === 'choice') return `one of ${question.choices.join(', ')}`;
  return `a text of at most ${MOST_WORDS} characters`;
}

const contentId = (said: object): string =>
  `fb_${createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 24)}`;
