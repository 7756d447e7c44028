import { SUM_TOLERANCE } from '@leeway/stats';

/** SQL of an array of probabilities, scaled to a sum of 1 where it misses that; as `scaleToOne` does in memory. */
export const scaledScores = (scores: string): string =>
  `if(${isRescaled(scores)}, arrayMap(s -> if(arraySum(${scores}) > 0, s / arraySum(${scores}), 1 / length(${scores})), ${scores}), ${scores})`;

/** SQL: whether it is scaled. */
export const isRescaled = (scores: string): string =>
  `notEmpty(${scores}) AND abs(arraySum(${scores}) - 1) > ${SUM_TOLERANCE}`;
