import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { decode, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';

/**
 * Links that carry their own permission: what they allow is written in them, with an end, and signed by a key that only this
 * installation has. For those who have no login: receivers of messages, people who are asked for feedback.
 */
export interface Signed {
  /** What it is for, such as `feedback`: a token of one kind is none of another. */
  kind: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  claims: Record<string, string>;
}

const SETTING = 'signing_keys';
const MOST_LENGTH = 4_096;

/** The keys of this installation, the one that signs first; made at first use. Older ones are still good to verify. */
export async function signingKeys(db: StoreReader): Promise<string[]> {
  const read = async () =>
    (await db.selectFrom('settings').select('value').where('name', '=', SETTING).executeTakeFirst())?.value;
  const value = await read();
  if (value !== undefined) return decode<string[]>(value);
  await db
    .insertInto('settings')
    .values({ name: SETTING, value: encode([randomBytes(32).toString('base64')]) })
    .onConflict((c) => c.doNothing())
    .execute();
  return decode<string[]>((await read())!);
}

/** Keys that are kept: links of the ones before go on to hold until they run out. */
const MOST_KEYS = 3;

/** Makes a new key, which signs from now on. With `forget` the older ones go, and with them every link that is out. */
export async function rotateSigningKeys(tx: StoreTx, { forget = false }: { forget?: boolean } = {}): Promise<void> {
  const before = forget ? [] : await signingKeys(tx);
  const value = encode([randomBytes(32).toString('base64'), ...before].slice(0, MOST_KEYS));
  await tx
    .insertInto('settings')
    .values({ name: SETTING, value })
    .onConflict((c) => c.column('name').doUpdateSet({ value }))
    .execute();
}

/** A token for a URL: its content, readable by all, and the signature. */
export function sign(keys: readonly string[], { kind, expiresAt, claims }: Signed): string {
  const body = Buffer.from(JSON.stringify([kind, expiresAt, claims])).toString('base64url');
  return `${body}.${signature(keys[0]!, body)}`;
}

/** What a token allows; `expired` when its time is over, `invalid` when it is not one of ours of that kind. */
export function verify(
  keys: readonly string[],
  kind: string,
  token: string,
  now: number,
): Signed | 'expired' | 'invalid' {
  const [body = '', given = '', ...rest] = token.length > MOST_LENGTH ? [] : token.split('.');
  if (rest.length > 0 || !keys.some((key) => equal(given, signature(key, body)))) return 'invalid';
  const [signedKind, expiresAt, claims] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
    string,
    number,
    Signed['claims'],
  ];
  if (signedKind !== kind) return 'invalid';
  return expiresAt <= now ? 'expired' : { kind, expiresAt, claims };
}

const signature = (key: string, body: string): string =>
  createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('base64url');

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
