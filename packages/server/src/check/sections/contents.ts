import { z } from 'zod';
import { type ComparedTexts, compareTextColumn, compareVectorColumn } from '../contents.ts';
import { absent, type Block, type Section } from '../section.ts';

const number = z.number().nullable();

const Size = z.object({
  test: z.string(),
  statistic: number,
  p_value: number,
  drifted: z.boolean().nullable(),
  reason: z.string().nullable(),
});

const Token = z.object({ token: z.string(), reference: z.int(), current: z.int(), z: z.number() });

const Text = z.object({
  column: z.string(),
  drifted: z.boolean().nullable(),
  characters: Size,
  words: Size,
  unseen: z
    .object({
      reference: number,
      current: number,
      p_value: number,
      threshold: z.number(),
      drifted: z.boolean().nullable(),
    })
    .describe('Share of tokens that the 10,000 most frequent of half of the reference do not have.'),
  domain: z
    .object({ auc: number, lower: number, upper: number, threshold: z.number(), drifted: z.boolean().nullable() })
    .describe('How well a classifier tells the texts of the files apart.'),
  tokens: z
    .object({ reference: z.array(Token), current: z.array(Token) })
    .describe('In how many texts of either side.'),
  sampled: z.object({ reference: z.int(), current: z.int() }),
});
type Text = z.infer<typeof Text>;

const Side = z.object({ count: z.int(), missing: z.int(), mean_norm: number });

const Vector = z.object({
  column: z.string(),
  drifted: z.boolean().nullable(),
  reason: z.string().nullable(),
  dimension: z.int(),
  reference: Side,
  current: Side,
  cosine: number,
  euclidean: number,
  component_share: number,
  threshold: z.number(),
  mmd: z.object({ value: number, p_value: number, threshold: z.number(), drifted: z.boolean().nullable() }),
});
type Vector = z.infer<typeof Vector>;

const Contents = z.object({ texts: z.array(Text), vectors: z.array(Vector) });
export type Contents = z.infer<typeof Contents>;

/** What columns of texts and of vectors hold. */
export const contents: Section<Contents> = {
  title: 'Texts and vectors',
  schema: Contents,
  async measure(context) {
    const { contents: columns, watch } = context;
    if (columns.length === 0) return absent('no column holds texts or vectors');
    const watching = watch.step('comparing texts and vectors', columns.length);
    const found: Contents = { texts: [], vectors: [] };
    for (const { name, kind } of columns) {
      if (kind === 'text') found.texts.push(textOf(name, await compareTextColumn(context, name)));
      else {
        const vector = await compareVectorColumn(context, name);
        if (vector) found.vectors.push(vectorOf(name, vector));
      }
      watching.tick();
    }
    watching.done();
    return found;
  },
  findings: ({ texts, vectors }) => [
    ...texts.flatMap(({ column, drifted }) => (drifted ? [`the texts of ${column} differ`] : [])),
    ...vectors.flatMap(({ column, drifted }) => (drifted ? [`the vectors of ${column} differ`] : [])),
  ],
  cases: ({ texts, vectors }) => [
    ...texts.map((text) => ({
      ...caseOf(text),
      message: `AUC ${show(text.domain.auc)}, unseen tokens ${share(text)}`,
    })),
    ...vectors.map((vector) => ({
      ...caseOf(vector),
      message: `cosine distance ${show(vector.cosine)}, components moved ${show(vector.component_share)}, MMD p ${show(vector.mmd.p_value)}`,
    })),
  ],
  blocks({ texts, vectors }) {
    const blocks: Block[] = [];
    const tone = (drifted: boolean | null) => (drifted ? { tone: 'bad' as const } : {});
    if (texts.length > 0) {
      const rows = texts.map((text) => ({
        cells: [text.column, size(text.words), share(text), auc(text), text.drifted ? 'DRIFT' : ''],
        ...tone(text.drifted),
      }));
      blocks.push({
        kind: 'table',
        title: 'Texts',
        head: ['column', 'length', 'unseen tokens', 'told apart (AUC)', ''],
        rows,
      });
      for (const { column, tokens } of texts) {
        for (const side of ['reference', 'current'] as const) {
          const list = tokens[side].map(({ token }) => token).join(', ');
          if (list !== '') blocks.push({ kind: 'text', text: `${column}: more often in the ${side} file: ${list}` });
        }
      }
    }
    if (vectors.length > 0) {
      const rows = vectors.map((vector) => ({
        cells: [
          `${vector.column} (${vector.dimension})`,
          show(vector.cosine),
          show(vector.component_share),
          `${show(vector.mmd.value)} (p ${show(vector.mmd.p_value)})`,
          vector.drifted ? 'DRIFT' : (vector.reason ?? ''),
        ],
        ...tone(vector.drifted),
      }));
      const head = ['column', 'cosine distance', 'components moved', 'MMD', ''];
      blocks.push({ kind: 'table', title: 'Vectors', head, rows });
    }
    return blocks;
  },
};

const show = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(3))));
const share = ({ unseen }: Text): string => `${show(unseen.reference)} → ${show(unseen.current)}`;
const auc = ({ domain }: Text): string => `${show(domain.auc)} (${show(domain.lower)} to ${show(domain.upper)})`;
const size = ({ drifted, reason }: Text['words']): string =>
  drifted === null ? (reason ?? '-') : drifted ? 'differs' : 'as before';

const caseOf = ({ column, drifted }: { column: string; drifted: boolean | null }) => ({
  name: column,
  passed: drifted === null ? null : !drifted,
});

/** True where one of them is, null where none could tell. */
const any = (...verdicts: (boolean | null)[]): boolean | null =>
  verdicts.includes(true) ? true : verdicts.includes(false) ? false : null;

function textOf(column: string, { sizes, unseen, domain, tokens, sampled }: ComparedTexts): Text {
  const sizeOf = ({ test, statistic, pValue, drifted, reason }: ComparedTexts['sizes']['words']) => ({
    ...{ test, statistic, p_value: pValue, drifted, reason: reason ?? null },
  });
  const { auc, lower, upper, threshold } = domain;
  const characters = sizeOf(sizes.characters);
  const words = sizeOf(sizes.words);
  return {
    ...{ column, characters, words, tokens, sampled },
    drifted: any(characters.drifted, words.drifted, unseen.drifted, domain.drifted),
    unseen: {
      ...{ reference: unseen.reference, current: unseen.current, p_value: unseen.pValue },
      ...{ threshold: unseen.threshold, drifted: unseen.drifted },
    },
    domain: { auc, lower, upper, threshold, drifted: domain.drifted },
  };
}

function vectorOf(
  column: string,
  { means, mmd, reference, current }: NonNullable<Awaited<ReturnType<typeof compareVectorColumn>>>,
): Vector {
  const side = ({ count, missing }: typeof reference, norm: number | null) => ({ count, missing, mean_norm: norm });
  return {
    ...{ column, drifted: any(means.drifted, mmd.drifted), reason: means.reason ?? mmd.reason ?? null },
    dimension: reference.dimension,
    reference: side(reference, means.meanNorm.reference),
    current: side(current, means.meanNorm.current),
    ...{ cosine: means.cosine, euclidean: means.euclidean, component_share: means.componentShare },
    threshold: means.threshold,
    mmd: { value: mmd.unbiased, p_value: mmd.pValue, threshold: mmd.threshold, drifted: mmd.drifted },
  };
}
