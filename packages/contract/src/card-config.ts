import { z } from 'zod';

const strict = z.strictObject;
const Prose = z.string().max(20_000);

/** What only people know of a model. The rest of its card comes from the record. */
export const CardConfig = strict({
  overview: Prose.optional().describe('What the model is for, in a few sentences. Markdown. Default: its description.'),
  intendedUses: z.array(Prose).default([]).describe('What it is made for.'),
  users: z.array(Prose).default([]).describe('Who is meant to use it.'),
  outOfScope: z.array(Prose).default([]).describe('What it must not be used for.'),
  limitations: z.array(Prose).default([]).describe('What it does not do well, beside what its evaluations have shown.'),
  tradeoffs: z.array(Prose).default([]).describe('What was given up for what.'),
  risks: z
    .array(strict({ risk: Prose.describe('What could go wrong, and for whom.'), mitigation: Prose.default('') }))
    .default([])
    .describe('Ethical considerations.'),
  data: Prose.optional().describe('Where its data come from, and what people should know of them.'),
  environmentalImpact: Prose.optional().describe('What its training uses, such as energy, and how it was measured.'),
  license: z.string().max(100).optional().describe('Identifier of SPDX, or "other".'),
  languages: z.array(z.string().max(20)).default([]).describe('Of text that it reads, by ISO 639-1.'),
  tags: z.array(z.string().max(100)).default([]).describe('Words by which it is found.'),
  contact: z.string().max(500).optional().describe('Where questions go. Default: its owner.'),
  citation: Prose.optional().describe('How it is to be cited.'),
  references: z.array(z.string().max(2_000)).default([]).describe('Pages and papers, as text or addresses.'),
});
export type CardConfig = z.infer<typeof CardConfig>;
