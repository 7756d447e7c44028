import type { Task } from '@leeway/stats';

/** A row's loss, which slices are compared by. */
export interface RowLoss {
  id: 'log_loss' | 'zero_one' | 'absolute_error';
  /** SQL over `label`, `prediction` and `score`; null where the loss is not known. Binds `positive`. */
  sql: string;
}

/** The loss of the probability where there is one, of the class otherwise, of the number in a regression. */
export function lossSql(task: Task, scored: boolean): RowLoss {
  if (task === 'regression') return { id: 'absolute_error', sql: 'abs(prediction - label)' };
  if (task === 'multiclass' || !scored) {
    return { id: 'zero_one', sql: 'if(isNull(label) OR isNull(prediction), NULL, label != prediction)' };
  }
  const chance = 'least(greatest(if(label = {positive:String}, score, 1 - score), 1e-15), 1)';
  return { id: 'log_loss', sql: `if(isNull(label), NULL, -log(${chance}))` };
}
