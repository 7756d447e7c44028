import type { RetrainingStatus } from '@leeway/contract';

/** Whether runs that failed hold back others now. */
export const breakerIsOpen = ({ triggers }: RetrainingStatus): boolean =>
  triggers.some(({ guards }) => guards.some(({ code, verdict }) => code === 'circuit_open' && verdict === 'holds'));
