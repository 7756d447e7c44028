import type { GateResult, RetrainConfig } from '@leeway/contract';
import { describeGate, overallVerdict } from './judge-gates.ts';

/** What becomes of an evaluated challenger, and the sentence that goes on record. */
export function decideOutcome(
  approval: RetrainConfig['approval'],
  gates: readonly GateResult[],
): { state: 'awaiting_approval' | 'promoted' | 'rejected'; decision: string } {
  const verdict = overallVerdict(gates);
  const telling = gates.filter((gate) => gate.verdict === verdict).map(describeGate);
  const why = `${verdict}: ${telling.join(', ')}`;
  if (verdict === 'fail') return { state: 'rejected', decision: `rejected, ${why}` };
  if (approval === 'auto') {
    return verdict === 'pass'
      ? { state: 'promoted', decision: `promoted without asking (approval: auto), ${why}` }
      : { state: 'rejected', decision: `rejected, ${why}` };
  }
  const what = approval === 'suggest' ? 'suggested' : 'a person decides';
  const force = verdict === 'pass' ? '' : '; approving it takes "force" with a reason';
  return { state: 'awaiting_approval', decision: `${what}, ${why}${force}` };
}
