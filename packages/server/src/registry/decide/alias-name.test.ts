import { describe, expect, test } from 'vitest';
import { aliasDoubt, checkAliasName } from './alias-name.ts';

describe('what an alias may be called', () => {
  const cases: { alias: string; wrong?: RegExp }[] = [
    { alias: 'champion' },
    { alias: 'Champion' },
    { alias: 'shadow-2' },
    { alias: 'v' },
    { alias: 'version2' },
    { alias: 'latest', wrong: /"latest" is reserved/ },
    { alias: 'Latest', wrong: /"Latest" is reserved/ },
    { alias: 'v3', wrong: /versions are called so/ },
    { alias: 'V12', wrong: /versions are called so/ },
    { alias: '', wrong: /expected a letter/ },
    { alias: '2nd', wrong: /expected a letter/ },
    { alias: 'a b', wrong: /expected a letter/ },
    { alias: 'a/b', wrong: /expected a letter/ },
    { alias: 'x'.repeat(64), wrong: /at most 63/ },
  ];
  test.each(cases)('$alias', ({ alias, wrong }) => {
    if (wrong) expect(() => checkAliasName(alias)).toThrow(wrong);
    else checkAliasName(alias);
  });
});

describe('an alias that looks like another', () => {
  const cases: { name: string; alias: string; present?: string[]; doubt: RegExp | null }[] = [
    { name: 'another capital', alias: 'Champion', doubt: /"champion".*only in capitals/ },
    { name: 'a letter too few', alias: 'chalenger', doubt: /"challenger".*a few letters/ },
    { name: 'one of the own', alias: 'stagin', present: ['staging'], doubt: /"staging"/ },
    { name: 'the same', alias: 'staging', present: ['staging'], doubt: null },
    { name: 'like none', alias: 'berlin', present: ['staging'], doubt: null },
  ];
  test.each(cases)('$name', ({ alias, present = [], doubt }) => {
    if (doubt === null) expect(aliasDoubt(alias, present)).toBeNull();
    else expect(aliasDoubt(alias, present)).toMatch(doubt);
  });
});
