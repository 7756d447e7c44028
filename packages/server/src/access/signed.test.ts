import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sign, verify } from './signed.ts';

const keys = [Buffer.alloc(32, 1).toString('base64')];
const older = Buffer.alloc(32, 2).toString('base64');
const given = { kind: 'feedback', expiresAt: 1_000, claims: { model: 'flights', id: 'ä.1' } };

test('what was signed is read back until its time is over', () => {
  const token = sign(keys, given);
  expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
  expect(verify(keys, 'feedback', token, 999)).toEqual(given);
  expect(verify(keys, 'feedback', token, 1_000)).toBe('expired');
  expect(verify(keys, 'act', token, 1)).toBe('invalid');
});

test('after a change of keys the old ones still verify, and nobody else does', () => {
  const token = sign([older], given);
  expect(verify([...keys, older], 'feedback', token, 1)).toEqual(given);
  expect(verify(keys, 'feedback', token, 1)).toBe('invalid');
});

test('a token that was changed anywhere is none', () => {
  const token = sign(keys, given);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.'), (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      // The last character of base64url may carry bits that mean nothing; a signature must be exact all the same.
      expect(changed === token ? 'same' : verify(keys, 'feedback', changed, 1)).toBe(
        changed === token ? 'same' : 'invalid',
      );
    }),
  );
  for (const other of ['', '.', 'a.b.c', `${token}.`, 'x'.repeat(5_000)])
    expect(verify(keys, 'feedback', other, 1)).toBe('invalid');
});
