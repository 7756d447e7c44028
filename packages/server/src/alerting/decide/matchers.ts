import { type Matcher, type Matchers, parseMatchers } from '@leeway/contract';
import { boundedPattern } from './bounded-pattern.ts';

export type Labels = Readonly<Record<string, string>>;

/** Parsed once for each set of matchers: the same few are held against every alert. */
const compiled = new WeakMap<object, ((labels: Labels) => boolean)[]>();

/** Whether labels meet all the matchers; a label that is missing equals the empty one. */
export function matches(matchers: Matchers, labels: Labels): boolean {
  let tests = compiled.get(matchers);
  if (!tests) {
    tests = parseMatchers(matchers).map((matcher) => {
      const fits = test(matcher);
      return (given) => fits(given[matcher.label] ?? '');
    });
    compiled.set(matchers, tests);
  }
  return tests.every((fits) => fits(labels));
}

function test({ operator, value }: Matcher): (given: string) => boolean {
  if (operator === '=') return (given) => given === value;
  if (operator === '!=') return (given) => given !== value;
  // One that takes too long holds for nothing, whichever way it asks.
  const fits = boundedPattern(value);
  return (given) => fits(given) === (operator === '=~');
}

/** Whether labels must have something for the matchers to hold: without that they would hold for every alert. */
export const asksForSomething = (matchers: Matchers): boolean =>
  parseMatchers(matchers).some((matcher) => !test(matcher)(''));

/** "{model=flights,severity=~critical|warning}", the same for the same matchers in whatever order. */
export function describeMatchers(matchers: Matchers): string {
  const parts = parseMatchers(matchers)
    .toSorted((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0))
    .map(
      ({ label, operator, value }) => `${label}${operator}${/^[\w.:-]*$/.test(value) ? value : JSON.stringify(value)}`,
    );
  return `{${parts.join(',')}}`;
}
