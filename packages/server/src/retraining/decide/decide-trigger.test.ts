import { RetrainConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { decideTrigger, type Occasion, type OpenAlert, type PastRun } from './decide-trigger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-01T00:00:00Z');

/** A run that ended so many hours ago; one under way when `state` is. */
const run = (id: string, state: PastRun['state'], hoursAgo: number, superseded = false): PastRun => {
  const at = NOW - hoursAgo * HOUR;
  return { id, state, createdAt: at, updatedAt: at, endedAt: state === 'training' ? null : at, superseded };
};

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

interface Row {
  intent: string;
  occasion: Partial<Occasion>;
  expected: string;
  until?: number;
}

const rows: Row[] = [
  { intent: 'nothing in the way', occasion: {}, expected: 'start' },
  { intent: 'the model is not retrained', occasion: { retrain: undefined }, expected: 'no_retrain' },
  { intent: 'one runs', occasion: { runs: [run('r1', 'training', 100)] }, expected: 'run_in_progress' },
  {
    intent: 'one runs, asked by hand',
    occasion: { runs: [run('r1', 'training', 1)], automatic: false },
    expected: 'run_in_progress',
  },
  {
    intent: 'the last was just before',
    occasion: { runs: [run('r1', 'promoted', 1)] },
    expected: 'cooldown',
    until: NOW + 23 * HOUR,
  },
  { intent: 'a failed one cools down too', occasion: { runs: [run('r1', 'failed', 1)] }, expected: 'cooldown' },
  { intent: 'cooldown is over to the moment', occasion: { runs: [run('r1', 'promoted', 24)] }, expected: 'start' },
  {
    intent: 'a person need not wait',
    occasion: { runs: [run('r1', 'rejected', 1)], automatic: false },
    expected: 'start',
  },
  { intent: 'a vetoed run did nothing', occasion: { runs: [run('r1', 'vetoed', 1)] }, expected: 'start' },
  {
    intent: 'one that waits for a person cools down',
    occasion: { runs: [run('r1', 'awaiting_approval', 1)] },
    expected: 'cooldown',
  },
  {
    intent: 'one that waits for a person does not block',
    occasion: { runs: [run('r1', 'awaiting_approval', 30)] },
    expected: 'start',
  },
  {
    intent: 'the challenger was refused',
    occasion: { runs: [run('r1', 'rejected', 30)] },
    expected: 'backoff',
    until: NOW + 42 * HOUR,
  },
  { intent: 'backoff is over', occasion: { runs: [run('r1', 'rejected', 72)] }, expected: 'start' },
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
    intent: 'a newer run took its place: nobody refused it',
    occasion: { runs: [run('r2', 'failed', 30), run('r1', 'rejected', 40, true)] },
    expected: 'start',
  },
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
    occasion: { qualityAlerts: [brokenFeed], automatic: false },
    expected: 'quality_veto',
  },
  {
    intent: 'the feed is broken, and nobody minds',
    occasion: { qualityAlerts: [brokenFeed], retrain: RetrainConfig.parse({ veto: { quality: false } }) },
    expected: 'start',
  },
];

describe('decideTrigger', () => {
  it.each(rows)('$intent: $expected', ({ occasion, expected, until }) => {
    const base = { retrain: RetrainConfig.parse({}), runs: [], qualityAlerts: [], now: NOW, automatic: true };
    const decision = decideTrigger({ ...base, ...occasion });
    expect(decision === 'start' ? decision : decision.code).toBe(expected);
    if (until !== undefined) expect(decision).toMatchObject({ until });
  });

  it('a veto names the alert, the columns and the slices', () => {
    const decision = decideTrigger({
      ...{
        retrain: RetrainConfig.parse({}),
        runs: [run('r0', 'promoted', (3 * DAY) / HOUR)],
        now: NOW,
        automatic: true,
      },
      qualityAlerts: [brokenFeed],
    });
    expect(decision).toMatchObject({
      reason: 'alert al_1 of rule range is firing: quality.range_share, column distance, slice origin=ATL',
    });
  });
});
