import { approvalOf, type GateResult, type RetrainConfig } from '@leeway/contract';
import { describeGate, firstMayServe, overallVerdict } from './judge-gates.ts';

/**
 * What becomes of an evaluated challenger, and the sentence that goes on record. The first version of a model can be compared
 * with nothing: it serves by itself only where that is said.
 */
export function decideOutcome(
  approval: RetrainConfig['approval'],
  gates: readonly GateResult[],
  { first }: { first: boolean },
): { state: 'awaiting_approval' | 'promoted' | 'rejected'; decision: string } {
  const { mode, first: firstOnes } = approvalOf(approval);
  const verdict = overallVerdict(gates);
  const telling = gates.filter((gate) => gate.verdict === verdict).map(describeGate);
  const why = `${verdict}: ${telling.join(', ')}`;
  const clean = verdict === 'pass' || (first && firstMayServe(gates));
  if (verdict === 'fail') return { state: 'rejected', decision: `rejected, ${why}` };
  const asks = first ? firstOnes === 'approve' : mode !== 'auto';
  if (!asks) {
    const key = first ? 'approval.first: auto' : 'approval: auto';
    return clean
      ? { state: 'promoted', decision: `promoted without asking (${key}), ${why}` }
      : { state: 'rejected', decision: `rejected, ${why}` };
  }
  const force = clean ? '' : '; approving it takes "force" with a reason';
  const what = first ? 'the first version of the model: a person decides' : 'a person decides';
  return { state: 'awaiting_approval', decision: `${what}, ${why}${force}` };
}
