import { BINS_OF_LOG_ODDS, joinEqualScores, type LabelledScoreCounts } from '@leeway/stats';
import type { Params, Warehouse } from '../warehouse/warehouse.ts';

interface Row {
  scores: number[];
  counted: number[];
  predicted: number[];
  positives: number[];
  truePositives: number[];
  unscored: number;
}

/** SQL of the bin of a score from 0 to 1. */
export const binOfScore = (s: string): string =>
  `if(${s} <= 0, -1000000, if(${s} >= 1, 1000000, toInt32(floor(${BINS_OF_LOG_ODDS} * log(${s} / (1 - ${s}))))))`;

/**
 * Counts rows with a score and a prediction by their score, in one pass; bins are those of `countByScore`. `rows` is SQL of a subquery with the columns
 * `score`, `prediction` and, where labels are counted, `label`; then only labelled rows count.
 */
export async function countScores(
  warehouse: Warehouse,
  rows: string,
  params: Params & { positive: string },
  labelled: boolean,
): Promise<{ counts: LabelledScoreCounts; unscored: number }> {
  const positive = (column: string) => `toUInt8(ifNull(toString(${column}) = {positive:String}, 0))`;
  const [row] = await warehouse.query<Row>(
    `SELECT groupArrayIf(mean, scored) AS scores, groupArrayIf(n, scored) AS counted, groupArrayIf(said, scored) AS predicted,
       groupArrayIf(ones, scored) AS positives, groupArrayIf(hits, scored) AS truePositives, sumIf(n, NOT scored) AS unscored
     FROM (
       SELECT scored, ${binOfScore('s')} AS bin,
         avg(s) AS mean, count() AS n, sum(yes) AS said,
         ${labelled ? 'sum(one) AS ones, sum(one * yes) AS hits' : '0 AS ones, 0 AS hits'}
       FROM (
         SELECT isNotNull(score) AND isNotNull(prediction) AS scored, if(scored, ifNull(toFloat64(score), 0), 0) AS s,
           ${positive('prediction')} AS yes${labelled ? `, ${positive('label')} AS one` : ''}
         FROM ${rows}${labelled ? ' WHERE isNotNull(label)' : ''}
       )
       GROUP BY scored, bin ORDER BY mean
     )`,
    params,
    'estimate/scores',
  );
  const { scores, counted, predicted, positives, truePositives, unscored } = row!;
  const counts = { scores, rows: counted, predicted, positives, truePositives };
  return { counts: joinEqualScores(counts), unscored };
}
