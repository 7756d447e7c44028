import type { DetectorParameter } from './detector.ts';

/** Which way a mean must move to be a drift. */
export const MODE: DetectorParameter<string> = {
  default: 'both',
  values: ['up', 'down', 'both'],
  description: 'Which changes of the mean count: up, down or both.',
};

/** Whether what speaks for a rise, or for a fall, exceeds the limit, as far as the mode looks for it. */
export function exceeds(mode: string, rise: number, fall: number, limit: number): boolean {
  return (rise > limit && mode !== 'down') || (fall > limit && mode !== 'up');
}
