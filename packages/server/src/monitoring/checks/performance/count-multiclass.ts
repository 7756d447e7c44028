import type { MulticlassSums } from '@leeway/stats';
import type { Count } from './count.ts';
import { type ClassAucs, countClassAucs } from './count-class-aucs.ts';
import { isRescaled, scaledScores } from './scaled-scores.ts';

/** Rows of a cell of the confusion matrix: their number, and sums over those with scores. Under squared weights in names with "2". */
type Cell = Record<Sum | `${Sum}2`, number> & { slice: string; label: string | null; prediction: string | null };
type Sum = keyof typeof SUMS;

const SUMS = {
  n: '1',
  scored: 'hasScores',
  rescaled: 'off',
  loss: 'hasScores * rowLoss',
  lossSquares: 'hasScores * rowLoss * rowLoss',
  brier: 'hasScores * rowBrier',
  brierSquares: 'hasScores * rowBrier * rowBrier',
} as const;

/**
 * The confusion matrix and the sums over probabilities, counted by the engine. Classes are those with a column of
 * probabilities and those that occur, in the order of their code units. A class without a column of probabilities has a probability of 0.
 */
export const countMulticlass: Count = async (warehouse, model, { sql, params, weighted }) => {
  const classes = Object.keys(model.columns.scores ?? {});
  const bound = { ...params, classes };
  const sums = Object.entries(SUMS).flatMap(([name, of]) =>
    weighted
      ? [`sum(weight * ${of}) AS ${name}`, `sum(weight * weight * ${of}) AS ${name}2`]
      : [name === 'n' ? 'count() AS n' : `sum(${of}) AS ${name}`],
  );
  const own = `if(at = 0, 0, chances[greatest(at, 1)])`;
  const rows =
    classes.length === 0
      ? `(SELECT *, 0 AS hasScores, 0 AS off, 0 AS rowLoss, 0 AS rowBrier FROM ${sql})`
      : `(SELECT *, ${scaledScores('scores')} AS chances, indexOf({classes:Array(String)}, ifNull(toString(label), '')) AS at,
          toUInt8(notEmpty(chances) AND isNotNull(label) AND isNotNull(prediction)) AS hasScores,
          toUInt8(hasScores AND ${isRescaled('scores')}) AS off,
          -log(least(greatest(${own}, 2.220446049250313e-16), 1 - 2.220446049250313e-16)) AS rowLoss,
          arraySum(s -> s * s, chances) - 2 * ${own} + 1 AS rowBrier FROM ${sql})`;
  const cells = await warehouse.query<Cell>(
    `SELECT slice, label, prediction, ${sums.join(', ')} FROM ${rows} GROUP BY slice, label, prediction ORDER BY slice`,
    bound,
    'check/multiclass',
  );
  const known = cells.filter(
    (cell): cell is Cell & { label: string; prediction: string } => cell.label !== null && cell.prediction !== null,
  );
  const aucs = known.some(({ scored }) => scored > 0)
    ? await countClassAucs(warehouse, { sql, params, weighted }, classes, classesOf(known, classes))
    : null;
  return [...new Set(cells.map((cell) => cell.slice))].map((slice) => {
    const inSlice = cells.filter((cell) => cell.slice === slice);
    const counted = known.filter((cell) => cell.slice === slice);
    const labels = classesOf(counted, classes);
    const total = (some: readonly Cell[]) => some.reduce((sum, cell) => sum + cell.n, 0);
    const auc = aucs?.get(slice);
    return {
      slice,
      coverage: total(inSlice) === 0 ? 0 : total(counted) / total(inSlice),
      summary: {
        task: 'multiclass',
        labels,
        ...sumsOf(counted, labels, ''),
        ...(auc ? { auc: macroOf(auc, labels) } : {}),
        ...(weighted
          ? {
              squared: {
                ...sumsOf(counted, labels, '2'),
                ...(auc ? { auc: labels.map((name) => auc.squares.get(name)!) } : {}),
              },
            }
          : {}),
      },
    };
  });
};

type KnownCell = Cell & { label: string; prediction: string };

const classesOf = (cells: readonly KnownCell[], recorded: readonly string[]): string[] =>
  [...new Set([...recorded, ...cells.flatMap((cell) => [cell.label, cell.prediction])])].sort();

function sumsOf(cells: readonly KnownCell[], labels: readonly string[], x: '' | '2'): MulticlassSums {
  const matrix = labels.map(() => labels.map(() => 0));
  for (const cell of cells) matrix[labels.indexOf(cell.label)]![labels.indexOf(cell.prediction)] = cell[`n${x}`];
  const sum = (name: Sum) => cells.reduce((total, cell) => total + cell[`${name}${x}`], 0);
  return {
    matrix,
    scored: sum('scored'),
    rescaled: sum('rescaled'),
    logLossSum: sum('loss'),
    logLossSumSquares: sum('lossSquares'),
    brierSum: sum('brier'),
    brierSumSquares: sum('brierSquares'),
  };
}

/** Of the mean over the classes that have both positives and negatives. */
function macroOf({ classes, influence }: ClassAucs, labels: readonly string[]) {
  const own = labels.map((name) => classes.get(name)!);
  const used = own.filter(({ positives, negatives }) => positives > 0 && negatives > 0).length;
  return { classes: own, macroVariance: used === 0 ? 0 : influence / used ** 2 };
}
