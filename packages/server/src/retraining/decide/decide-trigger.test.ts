import { GuardCode, RetrainConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { decideTrigger, type Occasion } from './decide-trigger.ts';
import { judgeGuards, type OpenAlert, type PastRun } from './guards.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-01T00:00:00Z');

/** A run that ended so many hours ago; one under way when `state` is. */
const run = (id: string, state: PastRun['state'], hoursAgo: number, more: Partial<PastRun> = {}): PastRun => {
  const at = NOW - hoursAgo * HOUR;
  const open = ['training', 'suggested', 'awaiting_approval'].includes(state);
  const begunAt = state === 'vetoed' || state === 'suggested' ? null : at;
  return {
    id,
    state,
    trigger: 'alert:drop',
    begunAt,
    updatedAt: at,
    endedAt: open ? null : at,
    undecided: false,
    ...more,
  };
};

const other = { trigger: 'schedule' };

const brokenFeed: OpenAlert = {
  id: 'al_1',
  rule: 'range',
  state: 'firing',
  severity: 'warning',
  metric: 'quality.range_share',
  column: 'distance',
  slice: '',
  cause: {
    summary: 'distance is in metres',
    kind: 'data_quality',
    inferred: false,
    columns: [{ column: 'distance', metric: 'quality.range_share', value: 1, text: '' }],
    slices: [{ slice: 'origin=ATL', metric: 'quality.range_share', value: 1, n: 10 }],
  },
};

const neverSeen: OpenAlert = { ...brokenFeed, cause: { ...brokenFeed.cause!, inferred: true } };

const policy = (given: Record<string, unknown>) => ({ retrain: RetrainConfig.parse(given) });
const hand = { cause: 'hand' };
const christmas = { name: 'christmas', from: '2026-02-20T00:00', until: '2026-03-02T00:00' };
const failed = [run('r3', 'failed', 1, other), run('r2', 'failed', 2, other), run('r1', 'failed', 3, other)];
const refusedTwice = [run('r2', 'rejected', 80, other), run('r1', 'rejected', 200, other)];

interface Row {
  intent: string;
  occasion: Partial<Occasion>;
  expected: string;
  until?: number;
}

const rows: Row[] = [
  { intent: 'nothing in the way', occasion: {}, expected: 'start' },
  { intent: 'the model is not retrained', occasion: { retrain: undefined }, expected: 'no_retrain' },
  // One at a time.
  { intent: 'one runs', occasion: { runs: [run('r1', 'training', 100)] }, expected: 'run_in_progress' },
  {
    intent: 'one runs, asked by hand',
    occasion: { runs: [run('r1', 'training', 1)], ...hand },
    expected: 'run_in_progress',
  },
  { intent: 'one is only suggested', occasion: { runs: [run('r1', 'suggested', 1)] }, expected: 'start' },
  {
    intent: 'one that waits for a person does not block what is new',
    occasion: { runs: [run('r1', 'awaiting_approval', 30)] },
    expected: 'start',
  },
  {
    intent: 'one that waits for a person is not pushed aside by what asks again',
    occasion: { runs: [run('r1', 'awaiting_approval', 30)], again: true },
    expected: 'awaiting_approval',
  },
  // Cooldown, per cause.
  {
    intent: 'the last of the cause was just before',
    occasion: { runs: [run('r1', 'promoted', 1)] },
    expected: 'cooldown',
    until: NOW + 23 * HOUR,
  },
  {
    intent: 'the last of another cause was just before',
    occasion: { runs: [run('r1', 'promoted', 1, other)] },
    expected: 'start',
  },
  {
    intent: 'another cause since does not end the cooldown',
    occasion: { runs: [run('r2', 'promoted', 1, other), run('r1', 'promoted', 2)] },
    expected: 'cooldown',
    until: NOW + 22 * HOUR,
  },
  {
    intent: 'a person began the last',
    occasion: { runs: [run('r1', 'promoted', 1, { trigger: 'hand' })] },
    expected: 'start',
  },
  {
    intent: 'between any two runs of the model',
    occasion: { runs: [run('r1', 'promoted', 1, other)], ...policy({ cooldown: { cause: '2d', model: '5h' } }) },
    expected: 'cooldown',
    until: NOW + 4 * HOUR,
  },
  {
    intent: 'the longer of both counts',
    occasion: { runs: [run('r1', 'promoted', 1)], ...policy({ cooldown: { cause: '2d', model: '5h' } }) },
    expected: 'cooldown',
    until: NOW + 47 * HOUR,
  },
  { intent: 'a failed one cools down too', occasion: { runs: [run('r1', 'failed', 1)] }, expected: 'cooldown' },
  {
    intent: 'a suggestion that was turned down cools down',
    occasion: { runs: [run('r1', 'cancelled', 1, { begunAt: null })] },
    expected: 'cooldown',
  },
  { intent: 'cooldown is over to the moment', occasion: { runs: [run('r1', 'promoted', 24)] }, expected: 'start' },
  {
    intent: 'a person need not wait',
    occasion: { runs: [run('r1', 'rejected', 1, { trigger: 'hand' })], ...hand },
    expected: 'start',
  },
  { intent: 'a vetoed run did nothing', occasion: { runs: [run('r1', 'vetoed', 1)] }, expected: 'start' },
  {
    intent: 'one that waits for a person cools down',
    occasion: { runs: [run('r1', 'awaiting_approval', 1)] },
    expected: 'cooldown',
  },
  // Backoff.
  {
    intent: 'the challenger was refused',
    occasion: { runs: [run('r1', 'rejected', 30)] },
    expected: 'backoff',
    until: NOW + 42 * HOUR,
  },
  { intent: 'refused from another cause', occasion: { runs: [run('r1', 'rejected', 30, other)] }, expected: 'backoff' },
  { intent: 'backoff is over', occasion: { runs: [run('r1', 'rejected', 72)] }, expected: 'start' },
  {
    intent: 'refused twice: twice as long',
    occasion: { runs: refusedTwice },
    expected: 'backoff',
    until: NOW + 64 * HOUR,
  },
  {
    intent: 'refused twice, and it does not grow',
    occasion: { runs: refusedTwice, ...policy({ backoff: '3d' }) },
    expected: 'start',
  },
  {
    intent: 'refused twice, never longer than most',
    occasion: { runs: refusedTwice, ...policy({ backoff: { first: '3d', most: '4d' } }) },
    expected: 'backoff',
    until: NOW + 16 * HOUR,
  },
  {
    intent: 'refused once, and twice is enough',
    occasion: { runs: [run('r1', 'rejected', 30)], ...policy({ backoff: { after: 2 } }) },
    expected: 'start',
  },
  {
    intent: 'refused, then one that failed',
    occasion: { runs: [run('r2', 'failed', 30), run('r1', 'rejected', 60)] },
    expected: 'backoff',
  },
  {
    intent: 'refused, then one that was good',
    occasion: { runs: [run('r2', 'promoted', 30), run('r1', 'rejected', 60)] },
    expected: 'start',
  },
  {
    intent: 'nobody refused it',
    occasion: { runs: [run('r2', 'failed', 30), run('r1', 'rejected', 40, { undecided: true })] },
    expected: 'start',
  },
  // Circuit breaker.
  { intent: 'three failed in a row', occasion: { runs: failed }, expected: 'circuit_open', until: NOW + 23 * HOUR },
  { intent: 'three failed in a row, asked by hand', occasion: { runs: failed, ...hand }, expected: 'start' },
  { intent: 'two failed in a row', occasion: { runs: failed.slice(1) }, expected: 'start' },
  {
    intent: 'a person closed the breaker',
    occasion: { runs: failed, breakerClosedAt: NOW - 90 * 60_000 },
    expected: 'start',
  },
  {
    intent: 'after a time one is tried',
    occasion: { runs: failed, ...policy({ circuitBreaker: { after: '1h' } }) },
    expected: 'start',
  },
  {
    intent: 'the one that was tried failed too',
    occasion: { runs: [run('r4', 'failed', 0.5, other), ...failed], ...policy({ circuitBreaker: { after: '1h' } }) },
    expected: 'circuit_open',
    until: NOW + HOUR / 2,
  },
  {
    intent: 'what was vetoed or cancelled between proves nothing',
    occasion: { runs: [failed[0]!, run('v', 'vetoed', 1.5), run('c', 'cancelled', 1.6, other), ...failed.slice(1)] },
    expected: 'circuit_open',
  },
  {
    intent: 'one between ended well',
    occasion: { runs: [failed[0]!, run('p', 'promoted', 1.5, other), ...failed.slice(1)] },
    expected: 'start',
  },
  // Freeze.
  { intent: 'a freeze is on', occasion: policy({ freeze: [christmas] }), expected: 'freeze', until: NOW + DAY },
  {
    intent: 'a freeze is on, asked by hand',
    occasion: { ...policy({ freeze: [christmas] }), ...hand },
    expected: 'start',
  },
  {
    intent: 'a freeze is over to the moment',
    occasion: policy({ freeze: [{ ...christmas, until: '2026-03-01T00:00' }] }),
    expected: 'start',
  },
  {
    intent: 'a freeze in another time zone',
    occasion: policy({ freeze: [{ ...christmas, until: '2026-03-01T00:30', timeZone: 'Asia/Tokyo' }] }),
    expected: 'start',
  },
  {
    intent: 'a freeze that comes round',
    occasion: policy({ freeze: [{ name: 'weekend', cron: '0 0 * * 6', duration: '2d' }] }),
    expected: 'freeze',
    until: NOW + DAY,
  },
  // Budget.
  {
    intent: 'the budget is spent',
    occasion: {
      runs: [run('r2', 'promoted', 50, other), run('r1', 'failed', 60, other)],
      ...policy({ budget: { runs: 2 } }),
    },
    expected: 'budget',
    until: NOW + 7 * DAY - 60 * HOUR,
  },
  {
    intent: 'what was suggested only or vetoed costs nothing',
    occasion: {
      runs: [run('r2', 'vetoed', 50, other), run('r1', 'cancelled', 60, { ...other, begunAt: null })],
      ...policy({ budget: { runs: 1 } }),
    },
    expected: 'start',
  },
  {
    intent: 'a week later there is room',
    occasion: { runs: [run('r1', 'promoted', 168, other)], ...policy({ budget: { runs: 1 } }) },
    expected: 'start',
  },
  {
    intent: 'the budget is spent, asked by hand',
    occasion: { runs: [run('r1', 'promoted', 50, other)], ...policy({ budget: { runs: 1 } }), ...hand },
    expected: 'start',
  },
  // New labels.
  {
    intent: 'too few new labels',
    occasion: { ...policy({ minimumNewLabels: 10 }), newLabels: 9 },
    expected: 'too_few_labels',
  },
  { intent: 'nobody has counted', occasion: policy({ minimumNewLabels: 10 }), expected: 'too_few_labels' },
  { intent: 'enough new labels', occasion: { ...policy({ minimumNewLabels: 10 }), newLabels: 10 }, expected: 'start' },
  // Data quality.
  { intent: 'the feed is broken', occasion: { qualityAlerts: [brokenFeed] }, expected: 'quality_veto' },
  { intent: 'only the reference never had it', occasion: { qualityAlerts: [neverSeen] }, expected: 'start' },
  {
    intent: 'only the reference never had it, and that is critical',
    occasion: { qualityAlerts: [{ ...neverSeen, severity: 'critical' }] },
    expected: 'quality_veto',
  },
  { intent: 'one of each', occasion: { qualityAlerts: [neverSeen, brokenFeed] }, expected: 'quality_veto' },
  {
    intent: 'an alert about data without a cause',
    occasion: { qualityAlerts: [{ ...brokenFeed, cause: null }] },
    expected: 'quality_veto',
  },
  {
    intent: 'the feed is broken, asked by hand',
    occasion: { qualityAlerts: [brokenFeed], ...hand },
    expected: 'quality_veto',
  },
  {
    intent: 'the feed is broken, and nobody minds',
    occasion: { qualityAlerts: [brokenFeed], ...policy({ veto: { quality: false } }) },
    expected: 'start',
  },
];

const base: Occasion = {
  ...{ retrain: RetrainConfig.parse({}), cause: 'alert:drop', runs: [], qualityAlerts: [], now: NOW },
  ...{ newLabels: null, breakerClosedAt: null, again: false },
};

describe('decideTrigger', () => {
  it.each(rows)('$intent: $expected', ({ occasion, expected, until }) => {
    const decided = decideTrigger({ ...base, ...occasion });
    expect(decided.decision === 'start' ? 'start' : decided.code).toBe(expected);
    if (until !== undefined) expect(decided).toMatchObject({ until });
  });

  it('a veto names the alert, the columns and the slices', () => {
    expect(decideTrigger({ ...base, qualityAlerts: [brokenFeed] })).toMatchObject({
      reason: 'alert al_1 of rule range is firing: quality.range_share, column distance, slice origin=ATL',
    });
  });

  it('what a person passes over is told', () => {
    const occasion = { ...base, ...policy({ freeze: [christmas], budget: { runs: 1 } }), runs: failed, ...hand };
    const decided = decideTrigger(occasion);
    expect(decided.decision === 'start' && decided.passedOver.map(({ code }) => code)).toEqual([
      'circuit_open',
      'freeze',
      'budget',
    ]);
  });

  it('every guard but one is always judged, and says why', () => {
    const judged = judgeGuards(RetrainConfig.parse({}), base);
    expect(['no_retrain', ...judged.map(({ code }) => code)]).toEqual(GuardCode.options);
    expect(judged.every(({ reason, holds }) => reason !== '' && !holds)).toBe(true);
  });
});
