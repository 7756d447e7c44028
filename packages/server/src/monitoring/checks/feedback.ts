import { positiveFrom } from '@leeway/contract';
import { normalInterval, standardErrorOfMean, wilsonInterval } from '@leeway/stats';
import { featureColumn, INSTANT, predictionRows, predictionsTable } from '../../warehouse/model-tables.ts';
import { instant, type Params } from '../../warehouse/warehouse.ts';
import { type Check, type Finding, type Scope, sliceValues } from '../check.ts';

/** How long before its feedback a prediction may lie to be found for its slice. */
const PREDICTED_BEFORE = 'INTERVAL 90 DAY';

interface Counts {
  slice: string;
  given: number;
  predictions: number;
  corrected: number;
  rated: number;
  positive: number;
  sum: number;
  squares: number;
  /** Of each question: answers, their sum and the sum of their squares; of each choice: those for it. */
  [answer: `${'n' | 's' | 'q'}${number}`]: number;
  [choice: `c${number}_${number}`]: number;
}

/** What people said, of the feedback whose time lies in the window: it may be about predictions of an earlier one. */
export const feedback: Check = {
  name: 'feedback',
  phase: 'closed',
  async measure(scope) {
    const whole = await countRows(scope, null);
    const [total] = whole;
    const predictions = await countPredictions(scope);
    const findings: Finding[] = [
      { metric: 'feedback.count', value: total?.given ?? 0, n: predictions },
      share('feedback.rate', total?.predictions ?? 0, predictions, 1, 'no prediction came in this window'),
    ];
    if (!total || total.given === 0) {
      // Without a word about it nothing else is measured: a model that nobody rates has no missing data.
      return findings;
    }
    findings.push(...findingsOf(scope, total, ''));
    for (const column of scope.monitor.slices) {
      for (const counts of await countRows(scope, column)) {
        findings.push(...findingsOf(scope, counts, `${column}=${counts.slice}`));
      }
    }
    return findings;
  },
};

function findingsOf({ model }: Scope, counts: Counts, slice: string): Finding[] {
  const { minimum, questions } = model.feedback;
  const found: Finding[] = [
    share('feedback.correction_share', counts.corrected, counts.given, minimum),
    share('feedback.positive_share', counts.positive, counts.rated, minimum, 'nobody gave a rating'),
    mean('feedback.rating_mean', counts.rated, counts.sum, counts.squares, minimum, 'nobody gave a rating'),
  ];
  for (const [i, question] of questions.entries()) {
    const metric = `feedback.answer.${question.name}`;
    const n = counts[`n${i}`] ?? 0;
    if (question.type === 'scale') {
      found.push(mean(metric, n, counts[`s${i}`] ?? 0, counts[`q${i}`] ?? 0, minimum, 'nobody answered'));
    } else if (question.type === 'choice') {
      for (const [j, choice] of question.choices.entries()) {
        const of = counts[`c${i}_${j}`] ?? 0;
        found.push({ ...share(metric, of, n, minimum, 'nobody answered'), column: choice });
      }
    }
  }
  return found.map((finding) => ({ ...finding, slice }));
}

function share(metric: string, hits: number, n: number, minimum: number, why = 'no feedback came'): Finding {
  if (n === 0) return { metric, value: null, n: 0, status: 'no_data', reason: why };
  // A rate of feedback may be above one: people speak of earlier predictions, too.
  const interval = hits <= n ? wilsonInterval(hits, n) : null;
  return { metric, value: hits / n, n, ...bounds(interval), ...enough(n, minimum) };
}

function mean(metric: string, n: number, sum: number, squares: number, minimum: number, why: string): Finding {
  if (n === 0) return { metric, value: null, n: 0, status: 'no_data', reason: why };
  const value = sum / n;
  const interval = n < 2 ? null : normalInterval(value, standardErrorOfMean(n, sum, squares));
  return { metric, value, n, ...bounds(interval), ...enough(n, minimum) };
}

const bounds = (interval: { lower: number; upper: number } | null) =>
  interval ? { lower: interval.lower, upper: interval.upper } : {};

const enough = (n: number, minimum: number): Pick<Finding, 'status' | 'reason'> =>
  n < minimum ? { status: 'insufficient', reason: `${n} answers, and the model wants ${minimum}` } : { status: 'ok' };

async function countRows(scope: Scope, column: string | null): Promise<Counts[]> {
  const { warehouse, model, from, to } = scope;
  const params: Params = {
    model: model.name,
    from: instant(from),
    to: instant(to),
    positive: positiveFrom(model.feedback),
  };
  const answers = model.feedback.questions.flatMap((question, i): string[] => {
    if (question.type === 'text') return [];
    params[`question${i}`] = question.name;
    const answer = `answers[{question${i}:String}]`;
    const n = `countIf(${answer} != '') AS n${i}`;
    if (question.type === 'scale') {
      const number = `ifNull(toFloat64OrNull(${answer}), 0)`;
      return [n, `sum(${number}) AS s${i}`, `sum(${number} * ${number}) AS q${i}`];
    }
    const choices = question.choices.map((choice, j) => {
      params[`choice${i}_${j}`] = choice;
      return `countIf(${answer} = {choice${i}_${j}:String}) AS c${i}_${j}`;
    });
    return [n, ...choices];
  });
  const said = `SELECT * FROM feedback FINAL
    WHERE model = {model:String} AND time >= {from:${INSTANT}} AND time < {to:${INSTANT}}`;
  let rows = `(SELECT *, '' AS slice FROM (${said}))`;
  if (column !== null) {
    params['values'] = sliceValues(scope, column);
    rows = `(SELECT f.*, p.slice AS slice FROM (${said}) AS f INNER JOIN (
      SELECT id, any(toString(${featureColumn(column)})) AS slice FROM ${predictionsTable(model)}
      WHERE time >= {from:${INSTANT}} - ${PREDICTED_BEFORE} AND time < {to:${INSTANT}} AND role IN ('live', 'pinned')
        AND id IN (SELECT prediction FROM (${said})) GROUP BY id
    ) AS p ON p.id = f.prediction WHERE p.slice IN {values:Array(String)})`;
  }
  return warehouse.query<Counts>(
    `SELECT slice, count() AS given, uniqExact(prediction) AS predictions, countIf(correction IS NOT NULL) AS corrected,
       count(rating) AS rated, countIf(rating >= {positive:Float64}) AS positive, sum(ifNull(rating, 0)) AS sum,
       sum(ifNull(rating * rating, 0)) AS squares ${answers.map((sql) => `, ${sql}`).join('')}
     FROM ${rows} GROUP BY slice ORDER BY slice`,
    params,
    'check/feedback',
  );
}

async function countPredictions({ warehouse, model, from, to }: Scope): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    `SELECT uniqExact(id) AS n FROM ${predictionRows(model, "role = 'live' AND error = ''")}`,
    { from: instant(from), to: instant(to) },
    'check/feedback',
  );
  return row?.n ?? 0;
}
