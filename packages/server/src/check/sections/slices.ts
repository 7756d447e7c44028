import { sliceName } from '@leeway/stats';
import { z } from 'zod';
import { lossSql } from '../../monitoring/loss.ts';
import { searchSlices } from '../../monitoring/slice-search.ts';
import { labelledRowsOf, taskOf } from '../labelled.ts';
import { percent } from '../quality.ts';
import { count, figure, pValue } from '../render/words.ts';
import { absent, type Section } from '../section.ts';

const number = z.number().nullable();

const Slices = z.object({
  loss: z.enum(['log_loss', 'zero_one', 'absolute_error']),
  tested: z.int().describe('Slices with enough rows; the p-values are corrected for so many.'),
  reason: z.string().nullable(),
  slices: z.array(
    z.object({
      name: z.string(),
      conditions: z.array(
        z.object({ column: z.string(), value: z.string(), low: number.optional(), high: number.optional() }),
      ),
      n: z.int(),
      share: z.number(),
      loss: z.number(),
      lower: number,
      upper: number,
      rest: z.number().describe('Mean loss of the other rows.'),
      ratio: number,
      excess: z.number().describe('Share of all loss that would go if the slice did as well as the rest.'),
      p_value: z.number(),
      adjusted_p_value: z.number(),
    }),
  ),
});
export type Slices = z.infer<typeof Slices>;

const LOSSES = { log_loss: 'log loss', zero_one: 'share of wrong predictions', absolute_error: 'absolute error' };
const REASONS: Record<string, string> = {
  no_data: 'the current file has no row with both a label and a prediction',
  no_loss: 'every prediction is right',
  no_support: 'no slice has enough rows',
};

/** Where in the current file the model does worst. Said, and no finding: some slice always is the worst. */
export const slices: Section<Slices> = {
  title: 'Worst slices',
  schema: Slices,
  async measure({ engine, reference, current, compared, options }) {
    const known = await taskOf(engine, reference, current, options);
    if (!known) return absent('no --label was given');
    const features = compared.filter(({ role }) => role === 'feature');
    const also = Object.fromEntries(features.map(({ name }, i) => [`feature${i}`, current.value(name)]));
    const rows = labelledRowsOf(current, known.task, options, also);
    if ('reason' in rows) return absent(rows.reason);
    const { id, sql } = lossSql(known.task, options.score !== undefined);
    const found = await searchSlices(
      (sql, params) => engine.query(sql, params),
      { sql: rows.sql, params: { positive: known.positive ?? '' }, loss: sql },
      features.map(({ name, reference }, i) => ({ name, expression: `feature${i}`, reference })),
      {},
    );
    return {
      loss: id,
      tested: found.tested,
      reason: found.reason ?? null,
      slices: found.slices.map(({ pValue, adjustedPValue, ...slice }) => ({
        name: sliceName(slice),
        ...slice,
        conditions: slice.conditions.map((condition) => ({ ...condition })),
        p_value: pValue,
        adjusted_p_value: adjustedPValue,
      })),
    };
  },
  findings: () => [],
  cases: ({ tested, reason, slices }) => [
    {
      name: 'worst slices',
      passed: reason === null ? true : null,
      message: reason === null ? slices.map(({ name }) => name).join('; ') || `none of ${tested}` : REASONS[reason]!,
    },
  ],
  blocks({ loss, tested, reason, slices }) {
    if (reason !== null) return [{ kind: 'text', text: REASONS[reason]!, tone: 'dim' }];
    const about = `current file; loss: ${LOSSES[loss]}; ${count(tested)} slices of one and two columns tested`;
    if (slices.length === 0) return [{ kind: 'text', text: `${about}; none is worse than the rest`, tone: 'dim' }];
    return [
      { kind: 'text', text: about, tone: 'dim' },
      {
        kind: 'table',
        head: ['slice', 'rows', 'loss', 'rest', 'ratio', 'of all loss', 'p'],
        rows: slices.map(({ name, n, loss, rest, ratio, excess, adjusted_p_value }) => ({
          cells: [
            ...[name, count(n), figure(loss), figure(rest), figure(ratio), percent(excess)],
            pValue(adjusted_p_value),
          ],
        })),
      },
    ];
  },
};
