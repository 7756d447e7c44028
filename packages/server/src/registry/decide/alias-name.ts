import { LeewayError } from '@leeway/contract';
import { nearest } from '../../config/nearest.ts';

/** The alias of the version that serves. */
export const CHAMPION = 'champion';
/** The alias of the latest version that a run made and that does not serve. */
export const CHALLENGER = 'challenger';

const FORM = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** Makes sure that an alias can be called so, here and at MLflow. @throws LeewayError `alias_name`. */
export function checkAliasName(alias: string): void {
  const expected = 'expected a letter and then letters, digits, "-" or "_", at most 63';
  if (!FORM.test(alias)) throw new LeewayError('alias_name', `"${alias}"; ${expected}`);
  if (alias.toLowerCase() === 'latest') {
    throw new LeewayError('alias_name', `"${alias}" is reserved: it would not say which version is meant`);
  }
  if (/^v\d+$/i.test(alias)) throw new LeewayError('alias_name', `"${alias}" is reserved: versions are called so`);
}

/**
 * What may be wrong with a new alias: that it looks like one that is there, such as Champion beside champion. Null where it is
 * there already or like none.
 */
export function aliasDoubt(alias: string, present: readonly string[]): string | null {
  const known = [...new Set([...present, CHAMPION, CHALLENGER])];
  if (known.includes(alias)) return null;
  const near = nearest(alias, known);
  if (near === undefined) return null;
  const how = near.toLowerCase() === alias.toLowerCase() ? 'only in capitals' : 'in a few letters';
  return `"${alias}" is another alias than "${near}", from which it differs ${how}; did you mean that?`;
}
