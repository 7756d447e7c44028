import { ERRORS } from '@leeway/contract';

/** What to do about an error of the catalogue; null for one that it does not name. */
export const remedyOf = (code: string): string | null =>
  Object.hasOwn(ERRORS, code) ? ERRORS[code as keyof typeof ERRORS][2] : null;
