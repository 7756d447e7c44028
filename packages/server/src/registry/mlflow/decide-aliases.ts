/** Where an alias points at MLflow, and where it should. */
export interface AliasState {
  /** Ours, such as champion. */
  alias: string;
  /** Theirs, such as Champion. */
  name: string;
  /** Number there of the version that ours points to; null where ours points nowhere, undefined where it is not there yet. */
  wanted: string | null | undefined;
  present: string | null;
  /** Whether the version that theirs points to is one of ours. */
  ours: boolean;
}

export type AliasStep = { name: string; set: string } | { name: string; remove: true };

/**
 * What to do about the aliases of MLflow: ours are the truth. One that points nowhere here is taken away there only if it points
 * to a version that we have written: others belong to others. `expected` says whether something of ours has changed since the
 * last time; otherwise what is different was changed there, which is told.
 */
export function decideAliases(
  states: readonly AliasState[],
  expected: boolean,
): { steps: AliasStep[]; drift: string[] } {
  const steps: AliasStep[] = [];
  const drift: string[] = [];
  for (const { name, wanted, present, ours } of states) {
    if (wanted === undefined || wanted === present) continue;
    if (wanted === null && !ours) continue;
    steps.push(wanted === null ? { name, remove: true } : { name, set: wanted });
    if (expected) continue;
    const where = (version: string | null) => (version === null ? 'nowhere' : `to version ${version}`);
    drift.push(`the alias ${name} pointed ${where(present)} there, and points ${where(wanted)} again`);
  }
  return { steps, drift };
}

/** Aliases there that are spelt nearly as one that we write, such as Champion beside champion: somebody may mean ours. */
export function nearMisses(written: readonly string[], present: readonly string[]): string[] {
  return present.flatMap((alias) => {
    const near = written.find((name) => name !== alias && name.toLowerCase() === alias.toLowerCase());
    const known = written.includes(alias);
    return near === undefined || known
      ? []
      : [
          `there is an alias ${alias} there beside ${near}, which differs only in capitals; registry.mlflow.aliases says which is written`,
        ];
  });
}
