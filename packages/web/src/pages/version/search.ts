export const VERSION_TABS = ['record', 'lineage', 'diff', 'card', 'aliases'] as const;
export type VersionTab = (typeof VERSION_TABS)[number];

/** What of a version's page stands in its address. */
export interface VersionSearch {
  tab?: VersionTab;
  /** The version that it is compared with. */
  other?: string;
}

export function versionSearch({ tab, other }: Record<string, unknown>): VersionSearch {
  return {
    ...(VERSION_TABS.includes(tab as VersionTab) ? { tab: tab as VersionTab } : {}),
    ...(typeof other === 'string' && other !== '' ? { other } : {}),
  };
}
