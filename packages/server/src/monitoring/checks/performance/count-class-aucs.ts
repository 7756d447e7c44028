import type { AucSummary, MulticlassSquares } from '@leeway/stats';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import type { LabelledSource } from './count.ts';
import { scaledScores } from './scaled-scores.ts';

type Squares = NonNullable<MulticlassSquares['auc']>[number];

/** What the AUCs of a slice are made of, by class. */
export interface ClassAucs {
  classes: Map<string, AucSummary>;
  squares: Map<string, Squares>;
  /** Sum over rows of the square of their part in the error of the sum of all AUCs. */
  influence: number;
}

interface Row extends AucSummary, Pick<Squares, 'posSum' | 'negSum'> {
  slice: string;
  /** Position of the class, from 1; 0 for the sums over rows. */
  k: number;
  positives2: number;
  negatives2: number;
  posVarSum2: number;
  negVarSum2: number;
  influence: number;
}

/** Sums over the rows of a class, by name; `a`, `b`: the weight of a row that is of the class, that is not. */
const SUMS = {
  positives: 'a',
  negatives: 'b',
  concordant: 'a * below',
  posVarSum: 'a * u * u',
  negVarSum: 'b * v * v',
  positives2: 'a * a',
  negatives2: 'b * b',
  posSum: 'a * a * u',
  negSum: 'b * b * v',
  posVarSum2: 'a * a * u * u',
  negVarSum2: 'b * b * v * v',
};

/**
 * DeLong's parts of each class against the rest, by slice; see AucSummary. Each row comes once for each class, and is ranked
 * by the probability of that class; one that the model gives no probability has 0. What comes out is grouped twice in one
 * pass: by class, and by row, because the classes' AUCs depend on each other through the rows.
 */
export async function countClassAucs(
  warehouse: Warehouse,
  { sql, params, weighted }: LabelledSource,
  classes: readonly string[],
  labels: readonly string[],
): Promise<Map<string, ClassAucs>> {
  const rows = await warehouse.query<Row>(
    `SELECT slice, k, ${Object.keys(SUMS)
      .map((name) => `sum(s_${name}) AS ${name}`)
      .join(', ')}, sum(part * part) AS influence
     FROM (
       SELECT slice, k, row, ${Object.entries(SUMS)
         .map(([name, of]) => `sum(${of}) AS s_${name}`)
         .join(', ')}, sum(change) AS part
       FROM (
         SELECT slice, k, row, a, b, below, if(allB > 0, below / allB, 0) AS u, if(allA > 0, above / allA, 0) AS v,
           if(allA > 0 AND allB > 0, a * (u - area) / allA + b * (v - area) / allB, 0) AS change
         FROM (
           SELECT *, if(allA > 0 AND allB > 0, sum(a * below) OVER (PARTITION BY slice, k) / (allA * allB), 0) AS area
           FROM (
             SELECT slice, k, row, a, b, sum(a) OVER whole AS allA, sum(b) OVER whole AS allB,
               sum(b) OVER upTo - sum(b) OVER tied / 2 AS below, allA - sum(a) OVER upTo + sum(a) OVER tied / 2 AS above
             FROM (
               SELECT slice, row, k, if(named = {labels:Array(String)}[k], w, 0) AS a, w - a AS b,
                 if({columns:Array(UInt16)}[k] = 0, 0, chances[greatest({columns:Array(UInt16)}[k], 1)]) AS chance
               FROM (
                 SELECT slice, rowNumberInAllBlocks() AS row, ${weighted ? 'toFloat64(weight)' : 'toFloat64(1)'} AS w,
                   ifNull(toString(label), '') AS named, ${scaledScores('scores')} AS chances
                 FROM ${sql} WHERE notEmpty(scores) AND isNotNull(label) AND isNotNull(prediction)
               ) ARRAY JOIN arrayEnumerate({labels:Array(String)}) AS k
             ) WINDOW upTo AS (PARTITION BY slice, k ORDER BY chance), tied AS (PARTITION BY slice, k, chance),
               whole AS (PARTITION BY slice, k)
           )
         )
       ) GROUP BY GROUPING SETS ((slice, k), (slice, row))
     ) GROUP BY slice, k`,
    { ...params, labels, columns: labels.map((name) => classes.indexOf(name) + 1) },
    'check/multiclass-auc',
  );
  const found = new Map<string, ClassAucs>();
  for (const { slice, k, influence, posSum, negSum, ...row } of rows) {
    const own = found.get(slice) ?? { classes: new Map(), squares: new Map(), influence: 0 };
    found.set(slice, own);
    if (k === 0) {
      own.influence = influence;
      continue;
    }
    const { positives, negatives, concordant, posVarSum, negVarSum } = row;
    own.classes.set(labels[k - 1]!, { positives, negatives, concordant, posVarSum, negVarSum });
    own.squares.set(labels[k - 1]!, {
      ...{ positives: row.positives2, posSum, posVarSum: row.posVarSum2 },
      ...{ negatives: row.negatives2, negSum, negVarSum: row.negVarSum2 },
    });
  }
  return found;
}
