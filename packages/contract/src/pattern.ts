/** What RE2, by which the engine matches, does not have: looking around, and a group named again. */
const BEYOND_RE2 = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</;

export const LONGEST_PATTERN = 1_000;

/** Whether a text is a regular expression that the engine can match by. */
export function isPattern(text: string): boolean {
  if (BEYOND_RE2.test(text)) return false;
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
