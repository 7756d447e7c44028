import { z } from 'zod';
import { Duration } from './words.ts';

/** What people are asked about predictions, and what becomes of their answers. */

const strict = z.strictObject;

const QuestionName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected 1 to 40 lower-case letters, digits or "_", beginning with a letter');

export const FeedbackQuestion = z.discriminatedUnion('type', [
  strict({
    type: z.literal('scale').describe('A number from min to max.'),
    name: QuestionName.describe('What the answer is called, in data and in metrics.'),
    text: z.string().min(1).describe('The question as people read it.'),
    min: z.int().default(1),
    max: z.int().default(5),
  }).refine(({ min, max }) => min < max && max - min <= 10, 'min and max make a scale of 2 to 11 steps'),
  strict({
    type: z.literal('choice').describe('One of several answers.'),
    name: QuestionName,
    text: z.string().min(1),
    choices: z.array(z.string().min(1).max(100)).min(2).max(20),
  }),
  strict({
    type: z.literal('text').describe('Words of their own; kept, not measured.'),
    name: QuestionName,
    text: z.string().min(1),
  }),
]);
export type FeedbackQuestion = z.infer<typeof FeedbackQuestion>;

export const FeedbackConfig = strict({
  rating: strict({
    min: z.number().default(1),
    max: z.number().default(5),
    positiveFrom: z
      .number()
      .optional()
      .describe('Ratings from here are positive. Default: the upper 40 % of the scale.'),
  })
    .refine(({ min, max }) => min < max, 'min must be below max')
    .prefault({})
    .describe('The scale of ratings; "up" and "down" stand for its ends.'),
  questions: z.array(FeedbackQuestion).max(20).default([]).describe('What is asked beside the rating.'),
  corrections: z
    .enum(['keep', 'label'])
    .default('keep')
    .describe(
      'label: a correction becomes the label of its prediction, until a true label comes. keep: it is only kept.',
    ),
  minimum: z.int().min(1).default(10).describe('Fewer answers in a window than this are insufficient.'),
  form: strict({
    title: z.string().default('How was this prediction?'),
    thanks: z.string().default('Thank you.'),
    comment: z.boolean().default(true).describe('Whether it has a field for words.'),
    expires: Duration.default('30d').describe('How long a link to the form is good.'),
    embed: z
      .array(z.url({ protocol: /^https?$/ }))
      .default([])
      .describe('Origins that may show the form in a frame, such as https://app.example.org.'),
  })
    .prefault({})
    .describe('The page that asks.'),
});
export type FeedbackConfig = z.infer<typeof FeedbackConfig>;
