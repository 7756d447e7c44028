import type { Calibration, ExpectedCounts, IsotonicFit, LabelledScoreCounts } from '@leeway/stats';
import { joinEqualScores } from '@leeway/stats';
import { scaledScores } from '../monitoring/checks/performance/scaled-scores.ts';
import type { Params, Warehouse } from '../warehouse/warehouse.ts';
import { binOfScore } from './score-counts.ts';

/**
 * Of models with the probabilities of several classes: each class against the rest, by its probability. `rows` is SQL of a
 * subquery with the columns `scores` (an array in the order of `classes`, empty where they are missing), `prediction` and,
 * where labels are counted, `label`. Rows without scores or prediction are left out.
 */

/** Counts rows by the score of each class, in one pass; with labels, only labelled rows count. */
export async function countClassScores(
  warehouse: Warehouse,
  rows: string,
  params: Params,
  classes: readonly string[],
  labelled: boolean,
): Promise<LabelledScoreCounts[]> {
  const is = (column: string) => `toUInt8(ifNull(toString(${column}), '') = {classes:Array(String)}[k])`;
  const found = await warehouse.query<{ k: number } & Record<keyof LabelledScoreCounts, number[]>>(
    `SELECT k, groupArray(mean) AS scores, groupArray(n) AS rows, groupArray(said) AS predicted,
       groupArray(ones) AS positives, groupArray(hits) AS truePositives
     FROM (
       SELECT k, ${binOfScore('s')} AS bin, avg(s) AS mean, count() AS n, sum(yes) AS said, sum(one) AS ones, sum(one * yes) AS hits
       FROM (
         SELECT k, s, ${is('prediction')} AS yes, ${labelled ? is('label') : '0'} AS one
         FROM ${scaledRows(rows, labelled)} ARRAY JOIN chances AS s, arrayEnumerate(chances) AS k
       ) GROUP BY k, bin ORDER BY k, mean
     ) GROUP BY k`,
    { ...params, classes },
    'estimate/class-scores',
  );
  const none = { scores: [], rows: [], predicted: [], positives: [], truePositives: [] };
  return classes.map((_, i) => joinEqualScores(found.find(({ k }) => k === i + 1) ?? none));
}

interface ExpectedRow {
  k: number;
  scores: number[];
  rows: [number[], number[]];
  positives: [number[], number[]];
  variance: [number[], number[]];
}

/**
 * What labels are to be expected of rows, class by class: the engine turns each row's scores into chances as `classChances`
 * does, and sums these by score and by what was predicted.
 */
export async function expectClassLabels(
  warehouse: Warehouse,
  rows: string,
  params: Params,
  classes: readonly string[],
  calibrations: readonly Calibration[],
): Promise<ExpectedCounts[]> {
  const terms = calibrations.map(({ applied, isotonic }, k) =>
    applied ? isotonicSql(isotonic, k) : `chances[${k + 1}]`,
  );
  const pair = (sum: string) => `(groupArray(${sum}0), groupArray(${sum}1))`;
  const found = await warehouse.query<ExpectedRow>(
    `SELECT k, groupArray(mean) AS scores, ${pair('n')} AS rows, ${pair('p')} AS positives, ${pair('v')} AS variance
     FROM (
       SELECT k, ${binOfScore('s')} AS bin, avg(s) AS mean, countIf(yes = 0) AS n0, countIf(yes = 1) AS n1,
         sumIf(chance, yes = 0) AS p0, sumIf(chance, yes = 1) AS p1,
         sumIf(chance * (1 - chance), yes = 0) AS v0, sumIf(chance * (1 - chance), yes = 1) AS v1
       FROM (
         SELECT k, s, chance, toUInt8(ifNull(toString(prediction), '') = {classes:Array(String)}[k]) AS yes
         FROM (
           SELECT prediction, chances, [${terms.join(', ')}] AS raw, arraySum(raw) AS total,
             arrayMap(x -> if(total > 0, x / total, 1 / ${classes.length}), raw) AS expected
           FROM ${scaledRows(rows, false)}
         ) ARRAY JOIN chances AS s, expected AS chance, arrayEnumerate(chances) AS k
       ) GROUP BY k, bin ORDER BY k, mean
     ) GROUP BY k`,
    { ...params, ...knotParams(calibrations), classes },
    'estimate/class-chances',
  );
  const none: ExpectedRow = { k: 0, scores: [], rows: [[], []], positives: [[], []], variance: [[], []] };
  return classes.map((_, i) => found.find(({ k }) => k === i + 1) ?? none);
}

const scaledRows = (rows: string, labelled: boolean): string =>
  `(SELECT prediction, ${labelled ? 'label, ' : ''}${scaledScores('scores')} AS chances FROM ${rows}
    WHERE notEmpty(scores) AND isNotNull(prediction)${labelled ? ' AND isNotNull(label)' : ''})`;

/** A fit as corners: where it bends, its value there, and its slope from there on. */
function cornersOf({ from, to, value }: IsotonicFit): { at: number[]; value: number[]; slope: number[] } {
  const corners = { at: [] as number[], value: [] as number[], slope: [] as number[] };
  for (const [i, end] of to.entries()) {
    if (from[i]! < end) {
      corners.at.push(from[i]!);
      corners.value.push(value[i]!);
      corners.slope.push(0);
    }
    const next = from[i + 1];
    corners.at.push(end);
    corners.value.push(value[i]!);
    corners.slope.push(next === undefined ? 0 : (value[i + 1]! - value[i]!) / (next - end));
  }
  return corners;
}

function knotParams(calibrations: readonly Calibration[]): Params {
  const params: Params = {};
  for (const [k, { applied, isotonic }] of calibrations.entries()) {
    if (!applied) continue;
    const { at, value, slope } = cornersOf(isotonic);
    Object.assign(params, { [`at${k}`]: at, [`value${k}`]: value, [`slope${k}`]: slope });
  }
  return params;
}

/** SQL of `isotonicValue`; below the first corner its value, beyond the last that one's. Binds what `knotParams` gives. */
function isotonicSql(fit: IsotonicFit, k: number): string {
  if (fit.from.length === 0) return '0.';
  const array = (name: string) => `{${name}${k}:Array(Float64)}`;
  const corner = `roundDown(chances[${k + 1}], ${array('at')})`;
  const look = (name: string) => `transform(${corner}, ${array('at')}, ${array(name)}, toFloat64(0))`;
  return `(${look('value')} + ${look('slope')} * greatest(chances[${k + 1}] - ${corner}, 0))`;
}
