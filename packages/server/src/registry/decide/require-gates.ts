import { LeewayError, type Run } from '@leeway/contract';

/**
 * Makes sure that the gates of a version passed, where a run has made it. @throws LeewayError `approval_required`, unless `force`
 * is given.
 */
export function requireGates(runs: readonly Run[], version: string, force: boolean): void {
  const run = runs.find((candidate) => candidate.challenger === version);
  const failed = run?.gates.filter((gate) => gate.verdict !== 'pass') ?? [];
  if (failed.length === 0 || force) return;
  throw new LeewayError(
    'approval_required',
    failed.map((gate) => `${gate.metric}: ${gate.verdict}, ${gate.reason}`).join('; '),
  );
}
