import { LeewayError, type VersionExplanation } from '@leeway/contract';
import { versionOf } from '../registry/versions.ts';
import { evaluationOf } from '../retraining/evaluations.ts';
import type { StoreReader } from '../store/open.ts';
import { explanationOfGates } from './gate-explanation.ts';

/**
 * What a version goes by, as the evaluation of its run found it.
 * @throws LeewayError `unknown_version`, `unknown_explanation`.
 */
export async function versionExplanation(db: StoreReader, model: string, version: string): Promise<VersionExplanation> {
  const { run } = await versionOf(db, model, version);
  if (run === null) throw new LeewayError('unknown_explanation', `${model} ${version} was made by no run`);
  const gates = await evaluationOf(db, run).then(
    ({ evaluation }) => evaluation.gates,
    () => [],
  );
  const found = explanationOfGates(gates, { model, version, run });
  if (!found) throw new LeewayError('unknown_explanation', `no gate of run ${run} looked at what ${version} goes by`);
  return found;
}
