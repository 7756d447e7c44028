import {
  type CharacteristicToken,
  characteristicTokens,
  judgeUnseenTokens,
  type TokenCount,
  type TokenSet,
  type TokenSums,
  type UnseenTokens,
} from '@leeway/stats';
import { quoted, type Warehouse } from '../../../warehouse/warehouse.ts';
import type { Compared, ComparisonTask } from '../multivariate/comparison-task.ts';
import type { JointRows } from '../multivariate/encode.ts';
import { runComparison } from '../multivariate/run-comparison.ts';
import { tokensSql } from './tokens.ts';

export interface TextComparison {
  unseen: UnseenTokens;
  domain: Compared<{ of: 'texts' } & ComparisonTask>;
  /** Tokens that the texts of one side hold much more often. */
  tokens: { reference: CharacteristicToken[]; current: CharacteristicToken[] };
  /** Texts a side that all of this rests on. */
  sampled: { reference: number; current: number };
}

/** Texts a side that are looked at: those with the smallest hashes of their keys. */
const TEXTS = 20_000;
/** Of them, those that the classifier learns from, and the tokens of each. */
const LEARNED_TEXTS = 5_000;
const LEARNED_TOKENS = 500;
/** Tokens of the reference that count as seen. */
const VOCABULARY = 10_000;
/** Numbers that tokens are hashed to for the classifier. */
const BUCKETS = 2 ** 14;

/** Compares the texts `__v0` of both sides, over samples that are the same on every run. */
export async function compareTexts(
  warehouse: Warehouse,
  rows: { reference: JointRows; current: JointRows },
  seed: number,
): Promise<TextComparison> {
  const sides = { reference: sampled(rows.reference, seed), current: sampled(rows.current, seed) };
  const ask = <T>({ params }: JointRows, sql: string, more = {}) =>
    warehouse.query<T>(sql, { ...params, ...more }, 'check/texts');
  // Half of the reference makes the vocabulary and the other half is held against it: of its own texts nothing is unseen.
  const half = (odd: 0 | 1) => `(SELECT * FROM ${sides.reference} WHERE cityHash64(k, 'half') % 2 = ${odd})`;
  const known = await ask<{ token: string }>(
    rows.reference,
    `SELECT token FROM (SELECT arrayJoin(arrayDistinct(tokens)) AS token FROM ${half(0)})
     GROUP BY token ORDER BY count() DESC, token LIMIT ${VOCABULARY}`,
  );
  const vocabulary = { vocabulary: known.map(({ token }) => token) };
  const [before] = await ask<TokenSums>(rows.reference, sumsSql(half(1)), vocabulary);
  const [now] = await ask<TokenSums>(rows.current, sumsSql(sides.current), vocabulary);
  const texts = async (side: JointRows, sql: string) =>
    (await ask<{ tokens: TokenSet }>(side, setsSql(sql))).map(({ tokens }) => tokens);
  const [learned, shown] = [await texts(rows.reference, sides.reference), await texts(rows.current, sides.current)];
  const counts = async (side: JointRows, sql: string) => {
    const [count] = await ask<{ n: number }>(side, `SELECT count() AS n FROM ${sql}`);
    const held = await ask<{ token: string; n: number }>(side, heldSql(sql));
    return { texts: count!.n, held: new Map(held.map(({ token, n }) => [token, n])) };
  };
  const [first, second] = [await counts(rows.reference, sides.reference), await counts(rows.current, sides.current)];
  const tokens = [...new Set([...first.held.keys(), ...second.held.keys()])].map(
    (token): TokenCount => ({ token, reference: first.held.get(token) ?? 0, current: second.held.get(token) ?? 0 }),
  );
  const totals = { reference: first.texts, current: second.texts };
  return {
    unseen: judgeUnseenTokens(before!, now!),
    domain: await runComparison({
      ...{ of: 'texts', texts: [...learned, ...shown], referenceTexts: learned.length, buckets: BUCKETS, seed },
    }),
    tokens: characteristicTokens(tokens, totals),
    sampled: totals,
  };
}

/** SQL of sampled texts: `k` and their `tokens`. */
const sampled = ({ sql }: JointRows, seed: number): string =>
  `(SELECT k, ${tokensSql('v')} AS tokens FROM (SELECT __k AS k, toString(__v0) AS v FROM ${sql} WHERE notEmpty(ifNull(toString(__v0), ''))
    ORDER BY cityHash64(__k, ${quoted(String(seed))}), __k LIMIT ${TEXTS}))`;

const sumsSql = (texts: string): string =>
  `SELECT count() AS texts, sum(t) AS tokens, sum(u) AS unseen, sum(t * t) AS tokenSquares, sum(u * u) AS unseenSquares,
     sum(t * u) AS products
   FROM (SELECT toFloat64(count()) AS t, toFloat64(countIf(token NOT IN {vocabulary:Array(String)})) AS u
     FROM (SELECT k, arrayJoin(tokens) AS token FROM ${texts}) GROUP BY k)`;

const setsSql = (texts: string): string =>
  `SELECT arrayDistinct(arrayMap(token -> cityHash64(token) % ${BUCKETS}, arraySlice(tokens, 1, ${LEARNED_TOKENS}))) AS tokens
   FROM (SELECT * FROM ${texts} ORDER BY cityHash64(k, 'learned'), k LIMIT ${LEARNED_TEXTS})`;

/** A token that is rarer than the most frequent so many tells little, and counts as not held. */
const heldSql = (texts: string): string =>
  `SELECT token, count() AS n FROM (SELECT arrayJoin(arrayDistinct(tokens)) AS token FROM ${texts})
   GROUP BY token ORDER BY n DESC, token LIMIT ${VOCABULARY}`;
