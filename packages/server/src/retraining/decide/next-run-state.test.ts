import type { GateResult } from '@leeway/contract';
import { RunState } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { decideOutcome } from './decide-outcome.ts';
import { assertTransition, hasEnded, UNDER_WAY } from './next-run-state.ts';

/** From each state, all that it may become. */
const WAYS: Record<RunState, RunState[]> = {
  suggested: ['queued', 'vetoed', 'cancelled'],
  queued: ['preparing', 'vetoed', 'failed', 'cancelled'],
  preparing: ['training', 'failed', 'cancelled'],
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
    expect(others.every((state) => hasEnded(state) || state === 'awaiting_approval')).toBe(true);
  });

  it('says why', () => {
    expect(() => assertTransition('r1', 'vetoed', 'promoted')).toThrow(
      'run r1 is vetoed and cannot become promoted; it has ended',
    );
  });
});

describe('decideOutcome', () => {
  const gate = (verdict: GateResult['verdict']): GateResult => ({
    ...{ type: 'compare', metric: 'log_loss', verdict, reason: 'because' },
    ...{ champion: null, challenger: null, difference: null, lower: null, upper: null, n: 10 },
  });

  it.each([
    ['auto', 'pass', 'promoted', 'promoted without asking (approval: auto), pass: compare log_loss (because)'],
    ['auto', 'inconclusive', 'rejected', 'rejected, inconclusive: compare log_loss (because)'],
    ['auto', 'fail', 'rejected', 'rejected, fail: compare log_loss (because)'],
    ['approve', 'pass', 'awaiting_approval', 'a person decides, pass: compare log_loss (because)'],
    ['approve', 'fail', 'rejected', 'rejected, fail: compare log_loss (because)'],
    ['suggest', 'pass', 'awaiting_approval', 'suggested, pass: compare log_loss (because)'],
    ['suggest', 'fail', 'rejected', 'rejected, fail: compare log_loss (because)'],
  ] as const)('%s and %s: %s', (approval, verdict, state, decision) => {
    expect(decideOutcome(approval, [gate(verdict)])).toEqual({ state, decision });
  });

  it.each(['approve', 'suggest'] as const)('%s and inconclusive: a person may force it', (approval) => {
    const outcome = decideOutcome(approval, [gate('inconclusive'), gate('pass')]);
    expect(outcome.state).toBe('awaiting_approval');
    expect(outcome.decision).toContain('approving it takes "force" with a reason');
  });
});
