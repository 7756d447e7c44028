import type { Explanation, ModelConfig } from '@leeway/contract';
import type { Prediction } from '../gateway/runtime.ts';

/** The number that is explained, of everything that a model says of a row. */
export interface Output {
  unit: Explanation['unit'];
  /** The class in question; null for a regression. */
  of: string | null;
  /** The numbers of rows. */
  numbers(said: Prediction): Float64Array;
}

/** A regression's number, the probability of the positive class, or of the class that is predicted of the row. */
export function outputOf(model: ModelConfig, said: Prediction): Output {
  if (model.task === 'regression') {
    return { unit: 'value', of: null, numbers: ({ prediction }) => Float64Array.from(prediction, Number) };
  }
  const of = model.task === 'binary' ? model.columns.positive : String(said.prediction[0]);
  const chances = ({ score, scores }: Prediction) => (model.task === 'binary' ? score : (scores?.get(of) ?? null));
  const isOf = ({ prediction }: Prediction) =>
    Float64Array.from(prediction as readonly unknown[], (name) => (String(name) === of ? 1 : 0));
  return {
    unit: chances(said) ? 'probability' : 'class',
    of,
    numbers: (each) => chances(each) ?? isOf(each),
  };
}
