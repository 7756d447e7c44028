import type { GateResult } from '@leeway/contract';
import { RetrainConfig, RunState } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { gateResult } from '../gates/gate-result.ts';
import { decideOutcome } from './decide-outcome.ts';
import { assertTransition, hasEnded, UNDER_WAY } from './next-run-state.ts';

/** From each state, all that it may become. */
const WAYS: Record<RunState, RunState[]> = {
  suggested: ['queued', 'vetoed', 'cancelled'],
  queued: ['preparing', 'vetoed', 'failed', 'cancelled'],
  preparing: ['training', 'vetoed', 'failed', 'cancelled'],
  training: ['evaluating', 'failed', 'cancelled'],
  evaluating: ['awaiting_approval', 'promoted', 'rejected', 'failed', 'cancelled'],
  awaiting_approval: ['promoted', 'rejected'],
  promoted: [],
  rejected: [],
  vetoed: [],
  failed: [],
  cancelled: [],
};

describe('states of a run', () => {
  it.each(RunState.options)('%s goes where it may, and nowhere else', (from) => {
    for (const to of RunState.options) {
      const go = () => assertTransition('r1', from, to);
      if (WAYS[from].includes(to)) expect(go).not.toThrow();
      else expect(go).toThrow(expect.objectContaining({ code: 'wrong_state' }));
    }
    expect(hasEnded(from)).toBe(WAYS[from].length === 0);
  });

  it('is under way until it has ended or waits for a person', () => {
    const others = RunState.options.filter((state) => !UNDER_WAY.includes(state));
    expect(others.filter((state) => !hasEnded(state))).toEqual(['suggested', 'awaiting_approval']);
  });

  it('says why', () => {
    expect(() => assertTransition('r1', 'vetoed', 'promoted')).toThrow(
      'run r1 is vetoed and cannot become promoted; it has ended',
    );
  });
});

describe('decideOutcome', () => {
  const gate = (verdict: GateResult['verdict'], reason = 'because'): GateResult =>
    gateResult({ type: 'compare' }, { metric: 'log_loss', verdict, reason, n: 10 });

  const why = (verdict: string) => `${verdict}: compare log_loss (because)`;
  const auto = { mode: 'auto', first: 'auto' } as const;

  it.each([
    ['a challenger', 'auto', false, 'pass', 'promoted', 'promoted without asking (approval: auto)'],
    ['a challenger', 'auto', false, 'inconclusive', 'rejected', 'rejected'],
    ['a challenger', 'auto', false, 'fail', 'rejected', 'rejected'],
    ['a challenger', 'approve', false, 'pass', 'awaiting_approval', 'a person decides'],
    ['a challenger', 'approve', false, 'fail', 'rejected', 'rejected'],
    ['a challenger', 'suggest', false, 'pass', 'awaiting_approval', 'a person decides'],
    ['a challenger', 'suggest', false, 'fail', 'rejected', 'rejected'],
    ['the first', 'auto', true, 'pass', 'awaiting_approval', 'the first version of the model: a person decides'],
    ['the first', auto, true, 'pass', 'promoted', 'promoted without asking (approval.first: auto)'],
    ['the first', auto, true, 'inconclusive', 'rejected', 'rejected'],
    [
      'the first',
      { mode: 'approve', first: 'auto' },
      true,
      'pass',
      'promoted',
      'promoted without asking (approval.first: auto)',
    ],
    ['the first', 'approve', true, 'fail', 'rejected', 'rejected'],
  ] as const)('%s, %j: %s %s', (_, approval, first, verdict, state, decision) => {
    const policy = RetrainConfig.parse({ approval }).approval;
    expect(decideOutcome(policy, [gate(verdict)], { first })).toEqual({
      state,
      decision: `${decision}, ${why(verdict)}`,
    });
  });

  it.each(['approve', 'suggest'] as const)('%s and inconclusive: a person may force it', (approval) => {
    const outcome = decideOutcome(approval, [gate('inconclusive'), gate('pass')], { first: false });
    expect(outcome.state).toBe('awaiting_approval');
    expect(outcome.decision).toContain('approving it takes "force" with a reason');
  });

  it('the first version has nothing to compare with, which stands neither for it nor in its way', () => {
    const gates = [gate('inconclusive', 'no_champion'), gate('pass')];
    const policy = RetrainConfig.parse({ approval: auto }).approval;
    expect(decideOutcome(policy, gates, { first: true }).state).toBe('promoted');
    expect(decideOutcome(policy, gates.slice(0, 1), { first: true }).state).toBe('promoted');
    expect(decideOutcome(policy, [...gates, gate('inconclusive')], { first: true }).state).toBe('rejected');
    expect(decideOutcome('approve', gates.slice(0, 1), { first: true })).toEqual({
      state: 'awaiting_approval',
      decision: 'the first version of the model: a person decides, inconclusive: compare log_loss (no_champion)',
    });
  });
});
