import type { BinarySquares, BinarySums, ScoreCell } from '@leeway/stats';
import type { Count } from './count.ts';

const CALIBRATION_BINS = 15;
const SCORE_CELLS = 1000;

/** Sums over rows, and of classes; names end in "2" where they are those of squared weights. */
type Row = Record<string, number> & {
  slice: string;
  bins: Bins;
  cells: [cell: number[], positives: number[], negatives: number[], scoreSum: number[]];
  thresholds: [cell: number[], threshold: number[]];
  bins2: Bins;
  cells2: Row['cells'];
};
type Bins = [bin: number[], n: number[], sum: number[], positives: number[]];

/**
 * Sums over scores, by name. With `x` = '2', those under squared weights, of which ranks (below, above) know nothing.
 *
 *   a, b      positives and negatives with the score p         u  rows without a label, or without a prediction
 *   below     negatives with a lower score, half of those tied  above  positives with a higher score, half of those tied
 *
 * Where rows have weights, a and b are sums of weights and a2 and b2 of their squares.
 */
function sumsOver(x: '' | '2'): Record<string, string> {
  const [a, b] = [`a${x}`, `b${x}`];
  return {
    a,
    b,
    hit: `hit${x}`,
    alarm: `alarm${x}`,
    loss: `${a} * lossA + ${b} * lossB`,
    lossSquares: `${a} * lossA * lossA + ${b} * lossB * lossB`,
    brier: `${a} * pow(1 - p, 2) + ${b} * p * p`,
    brierSquares: `${a} * pow(1 - p, 4) + ${b} * pow(p, 4)`,
    score: `(${a} + ${b}) * p`,
    posVar: `if(allB > 0, ${a} * pow(below / allB, 2), 0)`,
    negVar: `if(allA > 0, ${b} * pow(above / allA, 2), 0)`,
    ...(x === '2'
      ? { pos: 'if(allB > 0, a2 * below / allB, 0)', neg: 'if(allA > 0, b2 * above / allA, 0)' }
      : {
          u: 'u',
          concordant: 'a * below',
          precision: 'if(a > 0, a * (above + a / 2) / (above + a / 2 + allB - below + b / 2), 0)',
        }),
  };
}

/** The sums over all groups of a slice, under the names of the answer; see `sumsOver` for what is summed. */
function totals(x: '' | '2'): string {
  const of = (name: string) => `s_${name}${x}`;
  return `sum(${of('a')} + ${of('b')}) AS n${x}, sum(${of('hit')}) AS tp${x}, sum(${of('alarm')}) AS fp${x},
    sum(${of('b')}) - sum(${of('alarm')}) AS tn${x}, sum(${of('a')}) - sum(${of('hit')}) AS fn${x},
    sumIf(${of('a')} + ${of('b')}, scored) AS withScore${x}, sumIf(${of('loss')}, scored) AS loss${x},
    sumIf(${of('lossSquares')}, scored) AS lossSquares${x}, sumIf(${of('brier')}, scored) AS brier${x},
    sumIf(${of('brierSquares')}, scored) AS brierSquares${x},
    sumMapIf([bin], [${of('a')} + ${of('b')}], [${of('score')}], [${of('a')}], scored AND known) AS bins${x},
    sumMapIf([cell], [${of('a')}], [${of('b')}], [${of('score')}], scored AND known) AS cells${x},
    sumIf(${of('a')}, scored) AS positives${x}, sumIf(${of('b')}, scored) AS negatives${x},
    sumIf(${of('posVar')}, scored) AS posVarSum${x}, sumIf(${of('negVar')}, scored) AS negVarSum${x}
    ${x === '2' ? ', sumIf(s_pos2, scored) AS posSum2, sumIf(s_neg2, scored) AS negSum2' : ''}`;
}

/**
 * The sufficient statistics of a binary classifier, counted by the engine in one pass; see BinarySummary for what each means.
 * Rows are first counted by score: all sums over rows are sums over scores, and ranks are running sums. Scores are then
 * counted by cell and bin, of which there are few, so that the maps of the answer are made of few rows.
 */
export const countBinary: Count = async (warehouse, model, { sql, params, weighted }) => {
  const grouped = [['', sumsOver('')] as const, ...(weighted ? [['2', sumsOver('2')] as const] : [])].flatMap(
    ([x, sums]) => Object.entries(sums).map(([name, expression]) => `sum(${expression}) AS s_${name}${x}`),
  );
  const found = await warehouse.query<Row>(
    `SELECT slice, sum(s_a + s_b + s_u) AS rows, ${totals('')}, ${weighted ? `${totals('2')},` : ''}
       sumIf(s_concordant, scored) AS concordant, sumIf(s_precision, scored) AS precisionSum,
       minMapIf([cell], [lowest], scored AND known) AS thresholds
     FROM (
       SELECT slice, scored, cell, bin, ${grouped.join(', ')}, minIf(p, a + b > 0) AS lowest, s_a + s_b > 0 AS known
       FROM (
         SELECT *, sum(b) OVER upTo - b / 2 AS below, sum(a) OVER whole - sum(a) OVER upTo + a / 2 AS above,
           sum(a) OVER whole AS allA, sum(b) OVER whole AS allB,
           toUInt16(least(floor((allA - above + below) * ${SCORE_CELLS} / (allA + allB)), ${SCORE_CELLS - 1})) AS cell
         FROM (
           SELECT slice, isNotNull(score) AS scored, ifNull(score, 0) AS p, ${counts(weighted)},
             least(greatest(p, 2.220446049250313e-16), 1 - 2.220446049250313e-16) AS clipped,
             -log(clipped) AS lossA, -log(1 - clipped) AS lossB,
             toUInt8(least(floor(p * ${CALIBRATION_BINS}), ${CALIBRATION_BINS - 1})) AS bin
           FROM (SELECT slice, score, label, prediction, ${weighted ? 'weight, ' : ''}
             label IS NOT NULL AND prediction IS NOT NULL AS known FROM ${sql})
           GROUP BY slice, score
         ) WINDOW upTo AS (PARTITION BY slice, scored ORDER BY p), whole AS (PARTITION BY slice, scored)
       ) GROUP BY slice, scored, cell, bin
     ) GROUP BY slice ORDER BY slice`,
    { ...params, positive: model.columns.positive },
    'check/binary',
  );
  return found.map((row) => {
    const { slice, cells, thresholds } = row;
    const lowest = new Map(thresholds[0].map((cell, i) => [cell, thresholds[1][i]!]));
    const [cell, positives, negatives, scoreSums] = cells;
    return {
      slice,
      coverage: row['rows'] === 0 ? 0 : row['n']! / row['rows']!,
      summary: {
        task: 'binary',
        ...sumsOf(row, ''),
        auc: {
          positives: row['positives']!,
          negatives: row['negatives']!,
          concordant: row['concordant']!,
          posVarSum: row['posVarSum']!,
          negVarSum: row['negVarSum']!,
          precisionSum: row['precisionSum']!,
        },
        cells: cell.map(
          (id, i): ScoreCell => ({
            threshold: lowest.get(id)!,
            positives: positives[i]!,
            negatives: negatives[i]!,
            scoreSum: scoreSums[i]!,
          }),
        ),
        ...(weighted ? { squared: squaresOf(row) } : {}),
      },
    };
  });
};

function sumsOf(row: Row, x: '' | '2'): BinarySums {
  const of = (name: string) => row[`${name}${x}`]!;
  const calibration = Array.from({ length: CALIBRATION_BINS }, () => ({ n: 0, scoreSum: 0, positives: 0 }));
  const [bins, n, scoreSums, positives] = row[`bins${x}`];
  bins.forEach((bin, i) => {
    calibration[bin] = { n: n[i]!, scoreSum: scoreSums[i]!, positives: positives[i]! };
  });
  return {
    n: of('n'),
    tp: of('tp'),
    fp: of('fp'),
    tn: of('tn'),
    fn: of('fn'),
    scored: of('withScore'),
    logLossSum: of('loss'),
    logLossSumSquares: of('lossSquares'),
    brierSum: of('brier'),
    brierSumSquares: of('brierSquares'),
    calibration,
  };
}

function squaresOf(row: Row): BinarySquares {
  const [, positives, negatives] = row.cells2;
  return {
    ...sumsOf(row, '2'),
    auc: {
      positives: row['positives2']!,
      posSum: row['posSum2']!,
      posVarSum: row['posVarSum2']!,
      negatives: row['negatives2']!,
      negSum: row['negSum2']!,
      negVarSum: row['negVarSum2']!,
    },
    cells: positives.map((count, i) => ({ positives: count, negatives: negatives[i]! })),
  };
}

/** Counts by score, of rows or of weights, and then of squared weights too. */
function counts(weighted: boolean): string {
  const tests = {
    a: 'label = {positive:String} AND known',
    b: 'label != {positive:String} AND known',
    u: 'NOT known',
    hit: 'label = {positive:String} AND prediction = {positive:String}',
    alarm: 'label != {positive:String} AND prediction = {positive:String}',
  };
  const list = Object.entries(tests).map(([name, test]) =>
    weighted
      ? `sumIf(weight, ${test}) AS ${name}, sumIf(weight * weight, ${test}) AS ${name}2`
      : `countIf(${test}) AS ${name}`,
  );
  return list.join(', ');
}
