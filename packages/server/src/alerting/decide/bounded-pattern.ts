import { createContext, Script } from 'node:vm';

/** How long one text may take; patterns that people mean take a thousandth of it. */
const MOST_MS = 100;
/** The first time it may have been the machine that was slow. */
const MOST_CUTS = 2;

/**
 * A test of whole texts by a pattern that somebody gave. Node's regular expressions may take longer than the universe on some
 * ("(\w+)+!"), and whoever may read alerts may ask by one; such a one is cut off: the answer is null, and soon is so at once.
 */
export function boundedPattern(pattern: string): (text: string) => boolean | null {
  const whole = new RegExp(`^(?:${pattern})$`);
  if (isTame(pattern)) return (text) => whole.test(text);
  const context = createContext({ whole, text: '' });
  let cuts = 0;
  return (text) => {
    if (cuts >= MOST_CUTS) return null;
    context['text'] = text;
    try {
      return TEST.runInContext(context, { timeout: MOST_MS }) === true;
    } catch {
      cuts += 1;
      return null;
    }
  };
}

const TEST = new Script('whole.test(text)');

/** Nothing repeated that is a group, and at most two repetitions: then the time grows with the square of the text at most. */
function isTame(pattern: string): boolean {
  const bare = pattern.replace(/\\./gs, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x');
  return !/\)[*+?{]/.test(bare) && (bare.match(/[*+{]/g)?.length ?? 0) <= 2;
}
