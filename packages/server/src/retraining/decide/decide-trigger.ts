import type { GuardCode, RetrainConfig } from '@leeway/contract';
import { type GuardFacts, type JudgedGuard, judgeGuards, type OpenAlert, vetoOf } from './guards.ts';

export interface Occasion extends GuardFacts {
  retrain: RetrainConfig | undefined;
}

export interface Refusal {
  code: GuardCode;
  /** One sentence for people. */
  reason: string;
  /** When the same occasion would not be refused for this reason any more, if that is known. */
  until: number | null;
}

/** What a person begins is held back by less. */
export const BY_HAND = 'hand';

/**
 * Whether a run begins: the first guard that holds it back, or `start` with the guards that a person passes over. Those
 * guards are for what begins by itself; one run at a time and the veto of a broken feed hold for a person too.
 */
export function decideTrigger(
  occasion: Occasion,
): { decision: 'start'; passedOver: JudgedGuard[] } | ({ decision: 'refuse' } & Refusal) {
  const { retrain, cause } = occasion;
  if (!retrain)
    return { decision: 'refuse', code: 'no_retrain', reason: 'the model has no "retrain" section', until: null };
  const holding = judgeGuards(retrain, occasion).filter(({ holds }) => holds);
  const [first] = cause === BY_HAND ? holding.filter(({ hand }) => hand) : holding;
  if (!first) return { decision: 'start', passedOver: holding };
  const { code, reason, until } = first;
  return { decision: 'refuse', code, reason, until };
}

/** The refusal of a run whose data would come from a broken feed, or null. */
export function decideVeto(retrain: RetrainConfig, qualityAlerts: readonly OpenAlert[]): Refusal | null {
  const reason = vetoOf(retrain, qualityAlerts);
  return reason === null ? null : { code: 'quality_veto', reason, until: null };
}
