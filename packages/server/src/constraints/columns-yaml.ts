import type { ColumnConstraints } from '@leeway/stats';
import { stringify } from 'yaml';
import type { FileProfile } from './profile-file.ts';

/** Suggested constraints as a --columns file; the same keys hold for features in leeway.yaml. */
export function columnsYaml(profile: FileProfile, suggested: readonly ColumnConstraints[]): string {
  const skipped = new Set(profile.columns.filter((column) => column.skipped !== null).map(({ name }) => name));
  const columns = suggested.map(({ name, type, integral: _integral, unique, ...limits }) => {
    // A column that is not compared by itself is not made to be by naming its type.
    const settings = { ...(skipped.has(name) ? {} : { type }), ...limits, ...(unique ? { unique } : {}) };
    return [name, settings] as const;
  });
  const asked = columns.filter(([, settings]) => Object.keys(settings).length > 0);
  const head = `# Suggested from ${profile.path
    .split('/')
    .at(-1)!
    .replaceAll(/[\r\n]/g, ' ')}: ${profile.rows} rows. Widen or narrow it where you know better.\n`;
  return head + stringify({ columns: Object.fromEntries(asked) }, { flowCollectionPadding: true, lineWidth: 120 });
}
