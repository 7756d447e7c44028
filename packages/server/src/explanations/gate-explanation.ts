import type { FeatureImportance, GateResult, GateTable, VersionExplanation } from '@leeway/contract';

const TITLE = 'Importance of the features';
const COLUMNS = [
  'feature',
  'importance',
  'lower',
  'upper',
  'share',
  "champion's share",
  'effect',
  'effect lower',
  'effect upper',
];

/** What features are worth, as a table of the gate's result: where it is kept. */
export function importanceTable(features: readonly FeatureImportance[]): GateTable {
  return {
    title: TITLE,
    columns: [...COLUMNS],
    rows: features.map((each) => [
      ...[each.feature, each.importance, each.lower, each.upper, each.share, each.championShare],
      ...[each.effect, each.effectLower, each.effectUpper],
    ]),
  };
}

/** What a version goes by, from what its gates found; null where none looked. */
export function explanationOfGates(
  gates: readonly GateResult[],
  of: Pick<VersionExplanation, 'model' | 'version' | 'run'>,
): VersionExplanation | null {
  for (const gate of gates) {
    const table = gate.type === 'explain' ? gate.tables.find(({ title }) => title === TITLE) : undefined;
    if (!table) continue;
    const number = (cell: unknown) => (typeof cell === 'number' ? cell : null);
    return {
      ...of,
      unit: gate.metric,
      how: gate.test ?? '',
      rows: gate.n,
      features: table.rows.map(([feature, importance, lower, upper, share, championShare, effect, low, high]) => ({
        ...{
          feature: String(feature),
          importance: number(importance) ?? 0,
          lower: number(lower),
          upper: number(upper),
        },
        ...{ share: number(share) ?? 0, championShare: number(championShare) },
        ...{ effect: number(effect), effectLower: number(low), effectUpper: number(high) },
      })),
    };
  }
  return null;
}
