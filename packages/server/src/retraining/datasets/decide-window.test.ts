import { DatasetConfig, type RetrainConfig } from '@leeway/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideWindow } from './decide-window.ts';

const DAY = 86_400_000;
/** In days: the newest label is at the end of day 100. */
const day = (n: number) => n * DAY;
const known = { oldest: day(10), newest: day(100) - 1, change: null };

const SINCE = { kind: 'since_change', least: '7d', most: '60d' };
const rows: [
  intent: string,
  config: Record<string, unknown>,
  times: object,
  expected: { train: number[]; recent: number[]; old?: number[] | null; change?: number | null },
][] = [
  ['a plain duration is the newest rows', { window: '28d' }, {}, { train: [72, 93], recent: [93, 100] }],
  [
    'trailing says the same',
    { window: { kind: 'trailing', length: '28d' } },
    {},
    { train: [72, 93], recent: [93, 100] },
  ],
  ['nothing is held out', { window: '28d', holdout: '0d' }, {}, { train: [72, 100], recent: [100, 100] }],
  [
    'a held-out part longer than the window leaves nothing',
    { window: '5d', holdout: '7d' },
    {},
    { train: [95, 95], recent: [95, 100] },
  ],
  ['rows between the parts are left out', { window: '28d', embargo: '2d' }, {}, { train: [72, 91], recent: [93, 100] }],
  [
    'the oldest part of the window is held out too',
    { window: '28d', oldRegime: { length: '3d' }, embargo: '1d' },
    {},
    { train: [76, 92], recent: [93, 100], old: [72, 75] },
  ],
  ['growing begins with the first row', { window: { kind: 'growing' } }, {}, { train: [10, 93], recent: [93, 100] }],
  [
    'growing begins on a day',
    { window: { kind: 'growing', start: '1970-02-10' } },
    {},
    { train: [40, 93], recent: [93, 100] },
  ],
  ['since a change', { window: SINCE }, { change: day(80) }, { train: [80, 93], recent: [93, 100], change: 80 }],
  [
    'the old regime is the time before the change',
    { window: SINCE, oldRegime: { length: '5d' }, embargo: '1d' },
    { change: day(80) },
    { train: [80, 92], recent: [93, 100], old: [74, 79], change: 80 },
  ],
  [
    'a change that was just now leaves as much as it must',
    { window: SINCE, holdout: '2d', oldRegime: { length: '1d' } },
    { change: day(99) },
    { train: [94, 98], recent: [98, 100], old: [93, 94] },
  ],
  ['a change long ago', { window: SINCE }, { change: day(5) }, { train: [40, 93], recent: [93, 100] }],
  ['no change is known', { window: SINCE }, {}, { train: [40, 93], recent: [93, 100] }],
];

test.each(rows)('%s', (_, config, times, { train, recent, old = null, change = null }) => {
  const found = decideWindow(DatasetConfig.parse(config), { ...known, ...times });
  const days = (stretch: { from: number; to: number } | null) => stretch && [stretch.from / DAY, stretch.to / DAY];
  expect({ ...found, train: days(found.train), recent: days(found.recent), old: days(found.old) }).toEqual({
    ...{ words: expect.any(String), change: change === null ? null : day(change), train, recent, old },
  });
});

const days = (least: number, most: number) => fc.integer({ min: least, max: most }).map((n) => `${n}d`);
const windows = fc.oneof(
  days(1, 60),
  fc.record({ kind: fc.constant('growing') }),
  fc.record({ kind: fc.constant('since_change'), least: days(1, 30), most: days(30, 90) }),
);

test('parts never overlap, the newest label is held out, and the embargo lies between', () => {
  const configs = fc.record({
    window: windows,
    holdout: days(1, 20),
    embargo: days(0, 5),
    oldRegime: fc.option(fc.record({ length: days(1, 20) }), { nil: undefined }),
  });
  const change = fc.option(fc.integer({ min: day(1), max: day(100) }), { nil: null });
  fc.assert(
    fc.property(configs, change, (given, at) => {
      const config: RetrainConfig['data'] = DatasetConfig.parse(JSON.parse(JSON.stringify(given)));
      const { train, recent, old } = decideWindow(config, { ...known, change: at });
      expect(recent.to).toBe(known.newest + 1);
      expect(train.to).toBeLessThanOrEqual(recent.from);
      const embargo = Number.parseInt(config.embargo, 10) * DAY;
      if (train.to > train.from) expect(recent.from - train.to).toBeGreaterThanOrEqual(embargo);
      if (!old) return;
      expect(old.to).toBeLessThanOrEqual(recent.from);
      expect(old.to <= train.from || train.from === train.to).toBe(true);
      if (train.to > train.from) expect(train.from - old.to).toBeGreaterThanOrEqual(embargo);
    }),
  );
});
