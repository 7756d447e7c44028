import { aboutMean, type RegressionSums } from '@leeway/stats';
import { float } from '../../../warehouse/warehouse.ts';
import type { Count } from './count.ts';

/** Sums, and the first four moments of the label about the shift; names end in "2" where weights are squared. */
type Row = Record<string, number | null> & { slice: string };

/** Sums over rows, each times the weight; `e` error, `y` label, `p` prediction, `d` label - shift. */
const SUMS = {
  n: '1',
  sumError: 'e',
  sumAbsError: 'abs(e)',
  sumSquaredError: 'e * e',
  sumSquaredErrorAbove: 'if(e > 0, e * e, 0)',
  sumCubedError: 'e * e * e',
  sumFourthPowerError: 'pow(e, 4)',
  sumAbsPercentageError: 'if(y = 0, 0, abs(e / y))',
  sumAbsPercentageErrorSquares: 'if(y = 0, 0, pow(e / y, 2))',
  percentageCount: 'if(y = 0, 0, 1)',
  sumSymmetricError: 'if(e = 0, 0, 2 * abs(e) / (abs(y) + abs(p)))',
  sumSymmetricErrorSquares: 'if(e = 0, 0, pow(2 * abs(e) / (abs(y) + abs(p)), 2))',
  sumSquaredLogError: 'if(least(y, p) > -1, pow(log1p(p) - log1p(y), 2), 0)',
  sumSquaredLogErrorSquares: 'if(least(y, p) > -1, pow(log1p(p) - log1p(y), 4), 0)',
  logCount: 'if(least(y, p) > -1, 1, 0)',
  sumAbsTarget: 'abs(y)',
  sumSquaredTarget: 'y * y',
  sumAbsErrorTarget: 'abs(e) * abs(y)',
  sumTarget: 'd',
  targetSumSquares: 'd * d',
  targetSumCubes: 'd * d * d',
  targetSumFourthPowers: 'pow(d, 4)',
  sumErrorTarget: 'e * d',
  sumErrorTargetSquares: 'e * d * d',
  sumSquaredErrorTarget: 'e * e * d',
  sumSquaredErrorTargetSquares: 'e * e * d * d',
} satisfies Record<Exclude<keyof RegressionSums, 'targetMean'>, string>;

const Z = 1.959963984540054;

/**
 * The sufficient statistics of a regressor, counted by the engine in one pass; see RegressionSums for what each means.
 * Moments of the label are taken about a shift near its mean, so that large labels keep their digits, and then carried
 * over to the mean. Errors are sorted for their median and the order statistics around it.
 */
export const countRegression: Count = async (warehouse, _model, { sql, params, weighted, shift = 0 }) => {
  const rows = weighted ? 'sum(weight)' : 'count()';
  const sums = Object.entries(SUMS).flatMap(([name, each]) =>
    weighted
      ? [`sumIf(weight * (${each}), known) AS ${name}`, `sumIf(weight * weight * (${each}), known) AS ${name}2`]
      : [`sumIf(${each}, known) AS ${name}`],
  );
  const found = await warehouse.query<Row>(
    `SELECT * EXCEPT (sorted), ${weighted ? WEIGHTED_MEDIAN : MEDIAN} FROM (
       SELECT slice, ${rows} AS rows, ${sums.join(', ')}, maxIf(abs(e), known) AS maxAbsError,
         ${weighted ? 'arraySort(x -> x.1, groupArrayIf((abs(e), weight), known AND weight > 0))' : 'arraySort(groupArrayIf(abs(e), known))'} AS sorted
       FROM (SELECT slice, ${weighted ? 'weight, ' : ''}ifNull(isFinite(prediction - label), 0) AS known,
         ifNull(prediction, 0) AS p, ifNull(label, 0) AS y, p - y AS e, y - (${float(shift)}) AS d FROM ${sql})
       GROUP BY slice
     ) ORDER BY slice`,
    params,
    'check/regression',
  );
  return found.map((row) => {
    // What is not a number in the answer has overflown.
    const of = (name: string) => (row[name] as number | null) ?? Number.POSITIVE_INFINITY;
    const { slice } = row;
    const total = of('rows');
    const n = of('n');
    const mean = shift + (n === 0 ? 0 : of('sumTarget') / n);
    const about = (x: '' | '2') => {
      const own = Object.fromEntries(Object.keys(SUMS).map((name) => [name, of(`${name}${x}`)]));
      return aboutMean({ ...(own as never as RegressionSums), targetMean: shift }, mean);
    };
    return {
      slice,
      coverage: total === 0 ? 0 : n / total,
      summary: {
        task: 'regression',
        ...about(''),
        maxAbsError: of('maxAbsError'),
        medianAbsError: n === 0 ? null : { value: of('median'), lower: of('medianLower'), upper: of('medianUpper') },
        ...(weighted ? { squared: about('2') } : {}),
      },
    };
  });
};

/** The median and its bounds by rank, as `summarizeRegression` takes them. */
const MEDIAN = `length(sorted) AS m, (sorted[intDiv(m + 1, 2)] + sorted[intDiv(m, 2) + 1]) / 2 AS median,
  sorted[greatest(1, toInt64(floor((m - ${float(Z)} * sqrt(m) - 1) / 2)) + 1)] AS medianLower,
  sorted[least(m, toInt64(ceil((m + ${float(Z)} * sqrt(m) + 1) / 2)))] AS medianUpper`;

/** The same by weight passed: `c` is the running sum, `total` its end. */
const WEIGHTED_MEDIAN = `arrayCumSum(arrayMap(x -> x.2, sorted)) AS c, c[-1] AS total,
  (${float(Z)} * sqrt(arraySum(x -> x.2 * x.2, sorted)) + arraySum(x -> x.2 * x.2, sorted) / total) / 2 AS margin,
  arrayFirstIndex(x -> 2 * x >= total, c) AS middle,
  (sorted[middle].1 + sorted[if(2 * c[middle] = total, least(middle + 1, length(c)), middle)].1) / 2 AS median,
  sorted[greatest(1, arrayFirstIndex(x -> x > total / 2 - margin, c))].1 AS medianLower,
  sorted[if(total / 2 + margin >= total, length(c), arrayFirstIndex(x -> x >= total / 2 + margin, c))].1 AS medianUpper`;
