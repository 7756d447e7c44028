import { describe, expect, test } from 'vitest';
import { loadKits } from '../testdata/channel-kit.ts';
import { messages } from '../testdata/messages.ts';

// The golden files are what a reviewer reads: `npx vitest -u` writes them anew.
const files = (await loadKits()).flatMap(({ type, kit }) =>
  Object.entries(kit.golden ?? {}).map(([end, render]) => ({ type, end, render })),
);

describe.each(['full', 'firing', 'mixed', 'resolved', 'hostile'] as const)('%s', (name) => {
  test.each(files)('$type, $end', ({ type, end, render }) =>
    expect(render(messages[name])).toMatchFileSnapshot(`${type}/golden/${name}.${end}`),
  );
});
