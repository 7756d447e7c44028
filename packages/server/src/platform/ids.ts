import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32, lower case

/** Makes ids. A parameter wherever one is needed, so that tests know what they get. */
export type NewId = (prefix: string) => string;

/** An id such as `run_01kq3v9r2x7d5m8t`: a short prefix, 50 bits of time, 50 bits of chance; sorts by time of making. */
export const newId: NewId = (prefix) => {
  let time = Date.now();
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = ALPHABET[time % 32] + head;
    time = Math.floor(time / 32);
  }
  let tail = '';
  for (const byte of randomBytes(10)) tail += ALPHABET[byte % 32];
  return `${prefix}_${head}${tail}`;
};
