import type { Phase } from './draft.ts';

const OTHERS: readonly unknown[] = ['coming', 'ended'] satisfies Phase[];

/** Which silences are shown; those that are active by default. */
export function silencesSearch({ phase }: Record<string, unknown>): { phase?: Phase } {
  return OTHERS.includes(phase) ? { phase: phase as Phase } : {};
}
