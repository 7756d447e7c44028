import type { Task } from '../performance/performance-summary.ts';

/** What one model said of some rows. */
export interface ModelOutput {
  /** 0 or 1 of a binary model, positions of several classes, or numbers. */
  predicted: Float64Array;
  /** Probability of the positive class of a binary model. */
  scores?: Float64Array | null;
  /** Probability of each class, a column for each in the order of the classes. */
  ofClasses?: readonly Float64Array[] | null;
}

/** Two models over the same labelled rows. */
export interface PairedModels {
  task: Task;
  /** 0 or 1 of a binary task, positions of several classes, or numbers. */
  labels: Float64Array;
  /** Names of several classes. */
  classes?: readonly string[];
  champion: ModelOutput;
  challenger: ModelOutput;
}

/** @throws RangeError when the columns differ in length, or hold a value that is not finite. */
export function assertModels({ labels, champion, challenger }: PairedModels): void {
  const columns: [string, Float64Array][] = [['labels', labels]];
  for (const [side, { predicted, scores, ofClasses }] of Object.entries({ champion, challenger })) {
    columns.push([`${side}.predicted`, predicted]);
    if (scores) columns.push([`${side}.scores`, scores]);
    for (const [k, column] of (ofClasses ?? []).entries()) columns.push([`${side}.ofClasses[${k}]`, column]);
  }
  for (const [name, column] of columns) {
    if (column.length !== labels.length) {
      throw new RangeError(`Paired rows: ${labels.length} labels but ${column.length} values of ${name}.`);
    }
    const bad = column.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`Paired rows: ${name}[${bad}] is ${column[bad]}, expected a finite number.`);
  }
}

/** The given rows of both models. */
export function takeRows(models: PairedModels, rows: ArrayLike<number>): PairedModels {
  const take = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const side = ({ predicted, scores, ofClasses }: ModelOutput): ModelOutput => ({
    predicted: take(predicted),
    scores: scores ? take(scores) : null,
    ofClasses: ofClasses ? ofClasses.map(take) : null,
  });
  return {
    ...models,
    labels: take(models.labels),
    champion: side(models.champion),
    challenger: side(models.challenger),
  };
}
