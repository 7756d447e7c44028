import { z } from 'zod';
import { parseMatcher } from './parse-matcher.ts';

/** Which alerts something is about, by their labels. */

const MatcherText = z
  .string()
  .max(2_000)
  .refine(
    (text) => parseMatcher(text) !== null,
    'expected LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX or LABEL!~REGEX, such as "severity=~critical|warning"',
  );

/** All must hold; a label that is missing equals the empty one. Regular expressions match the whole value. */
export const Matchers = z
  .union([z.record(z.string(), z.string()), z.array(MatcherText)])
  .describe(
    'Label values, or a list in the notation of Alertmanager such as ["severity=~critical|warning", "team!=infra"].',
  );
export type Matchers = z.infer<typeof Matchers>;
