import { LeewayClientError } from './errors.ts';

/** The address without what follows the path, and without a slash at its end. */
export function readUrl(given: string): string {
  try {
    const url = new URL(given);
    if (url.protocol === 'http:' || url.protocol === 'https:')
      return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  } catch {
    // told below
  }
  throw new LeewayClientError('bad_option', `url: expected an address such as http://127.0.0.1:7373, got "${given}"`);
}

/** A number that is not below the least. @throws LeewayClientError `bad_option`. */
export function atLeast(least: number, name: string, value: number): number {
  if (value >= least) return value;
  throw new LeewayClientError('bad_option', `${name}: expected a number of at least ${least}, got ${value}`);
}
