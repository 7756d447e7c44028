import type { Serving } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { iso } from '../../platform/clock.ts';
import { planRollback, type Served } from './plan-rollback.ts';

type Stretch = [from: number, to: number | null, endedBy?: Serving['endedBy']];

const version = (name: string, served: Stretch[] = [], deletedAt: string | null = null): Served => ({
  model: 'm',
  version: name,
  aliases: served.some(([, end]) => end === null) ? ['champion'] : [],
  artifact: { deletedAt },
  served: served.map(([from, to, endedBy = null]) => ({ from: iso(from), to: to === null ? null : iso(to), endedBy })),
});

const cases: {
  name: string;
  versions: Served[];
  asked?: string;
  to?: string;
  passedOver?: string[];
  code?: string;
  detail?: RegExp;
}[] = [
  { name: 'to the one before', versions: [version('v2', [[1, null]]), version('v1', [[0, 1]])], to: 'v1' },
  {
    name: 'to the last that served, not the newest',
    versions: [version('v3', [[0, 1]]), version('v2', [[2, null]]), version('v1', [[1, 2]])],
    to: 'v1',
  },
  {
    name: 'to the last that served, not the one that served first and again long ago',
    versions: [
      version('v3', [[5, null]]),
      version('v2', [
        [1, 2],
        [4, 5],
      ]),
      version('v1', [
        [0, 1],
        [2, 4],
      ]),
    ],
    to: 'v2',
  },
  {
    name: 'not to one that never served, however new',
    versions: [version('v3'), version('v2', [[1, null]]), version('v1', [[0, 1]])],
    to: 'v1',
  },
  {
    name: 'to the one asked for',
    versions: [version('v3', [[2, null]]), version('v2', [[1, 2]]), version('v1', [[0, 1]])],
    asked: 'v1',
    to: 'v1',
  },
  {
    name: 'not to one that was rolled back from, but to the one before it',
    versions: [version('v3', [[1, 2, 'rollback']]), version('v2', [[2, null]]), version('v1', [[0, 1, 'promote']])],
    to: 'v1',
    passedOver: ['v3'],
  },
  {
    name: 'to one that was rolled back from and was promoted again later',
    versions: [
      version('v3', [[4, null]]),
      version('v2', [
        [1, 2, 'rollback'],
        [3, 4, 'promote'],
      ]),
      version('v1', [
        [0, 1, 'promote'],
        [2, 3, 'promote'],
      ]),
    ],
    to: 'v2',
  },
  {
    name: 'to one that was rolled back from, if it is named',
    versions: [
      version('v2', [[1, 2, 'rollback']]),
      version('v1', [
        [0, 1, 'promote'],
        [2, null],
      ]),
    ],
    asked: 'v2',
    to: 'v2',
  },
  {
    name: 'nowhere, if all that served were rolled back from',
    versions: [
      version('v2', [[1, 2, 'rollback']]),
      version('v1', [
        [0, 1, 'promote'],
        [2, null],
      ]),
    ],
    code: 'never_served',
    detail: /v2 was rolled back from on 1970-01-01T00:00:00.002Z. Name one/,
  },
  {
    name: 'not to one without a file',
    versions: [version('v3', [[2, null]]), version('v2', [[1, 2]], iso(9)), version('v1', [[0, 1]])],
    to: 'v1',
    passedOver: ['v2'],
  },
  {
    name: 'not to one asked for without a file',
    versions: [version('v2', [[1, null]]), version('v1', [[0, 1]], iso(9))],
    asked: 'v1',
    code: 'artifact_deleted',
  },
  {
    name: 'from nothing that serves to the last that did',
    versions: [version('v2', [[1, 5]]), version('v1', [[0, 1]])],
    to: 'v2',
  },
  {
    name: 'nowhere, with one that served',
    versions: [version('v2'), version('v1', [[0, null]])],
    code: 'never_served',
  },
  { name: 'nowhere, without any', versions: [], code: 'never_served' },
  {
    name: 'not to one asked for that never served',
    versions: [version('v2'), version('v1', [[0, null]])],
    asked: 'v2',
    code: 'never_served',
  },
  {
    name: 'not to one that is not there',
    versions: [version('v1', [[0, null]])],
    asked: 'v2',
    code: 'unknown_version',
  },
];

describe('where a rollback goes', () => {
  test.each(cases)('$name', ({ versions, asked, to, passedOver = [], code, detail = /./ }) => {
    if (code) {
      expect(() => planRollback(versions, asked)).toThrow(
        expect.objectContaining({ code, detail: expect.stringMatching(detail) }),
      );
      return;
    }
    const plan = planRollback(versions, asked);
    expect(plan.to).toBe(to);
    expect(plan.passedOver.map((other) => other.version)).toEqual(passedOver);
    expect(plan.from).toBe(versions.find((candidate) => candidate.aliases.length > 0)?.version ?? null);
  });
});
