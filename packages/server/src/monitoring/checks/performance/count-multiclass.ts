import type { MulticlassSums } from '@leeway/stats';
import type { Count } from './count.ts';

interface Cell {
  slice: string;
  label: string | null;
  prediction: string | null;
  n: number;
  n2: number;
}

/** The confusion matrix, counted by the engine. Classes are in the order of their code units. */
export const countMulticlass: Count = async (warehouse, _model, { sql, params, weighted }) => {
  const cells = await warehouse.query<Cell>(
    `SELECT slice, label, prediction, ${weighted ? 'sum(weight) AS n, sum(weight * weight) AS n2' : 'count() AS n'}
     FROM ${sql} GROUP BY slice, label, prediction ORDER BY slice`,
    params,
    'check/multiclass',
  );
  return [...new Set(cells.map((cell) => cell.slice))].map((slice) => {
    const own = cells.filter((cell) => cell.slice === slice);
    const known = own.filter(
      (cell): cell is Cell & { label: string; prediction: string } => cell.label !== null && cell.prediction !== null,
    );
    const labels = [...new Set(known.flatMap((cell) => [cell.label, cell.prediction]))].sort();
    const sums = (of: (cell: Cell) => number): MulticlassSums => {
      const matrix = labels.map(() => labels.map(() => 0));
      for (const cell of known) matrix[labels.indexOf(cell.label)]![labels.indexOf(cell.prediction)] = of(cell);
      return { matrix, logLossCount: 0, logLossSum: 0, logLossSumSquares: 0 };
    };
    const total = (some: readonly Cell[]) => some.reduce((sum, cell) => sum + cell.n, 0);
    return {
      slice,
      coverage: total(own) === 0 ? 0 : total(known) / total(own),
      summary: {
        task: 'multiclass',
        labels,
        ...sums((cell) => cell.n),
        ...(weighted ? { squared: sums((cell) => cell.n2) } : {}),
      },
    };
  });
};
