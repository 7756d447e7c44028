import type { FeedbackConfig } from './feedback-config.ts';

/** The rating from which on one is positive. */
export const positiveFrom = ({ rating: { min, max, positiveFrom } }: FeedbackConfig): number =>
  positiveFrom ?? min + 0.6 * (max - min);
