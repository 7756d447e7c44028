import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ActionFacts, BREAKER, decideAction } from './decide-action.ts';

const HOUR = 3_600_000;
const facts = (over: Partial<ActionFacts> = {}, policy: Partial<ActionFacts['policy']> = {}): ActionFacts => ({
  now: 1_000 * HOUR,
  id: 'me',
  state: 'waiting',
  firing: true,
  approvedBy: null,
  past: [],
  busy: false,
  forbidding: [],
  labels: null,
  ...over,
  policy: {
    approval: 'none',
    dryRun: false,
    cooldownMs: 6 * HOUR,
    budget: { most: 3, perMs: 168 * HOUR },
    minimumLabels: 0,
    ...policy,
  },
});
const past = (hoursAgo: number, state: 'done' | 'failed' | 'running' | 'uncertain' = 'done', over = {}) => ({
  id: `${hoursAgo}`,
  state,
  dryRun: false,
  startedAt: 1_000 * HOUR - hoursAgo * HOUR,
  ...over,
});

describe('an action that is due', () => {
  test.each([
    { name: 'nothing holds it back', given: facts(), next: 'run' },
    { name: 'the alert is over', given: facts({ firing: false }), next: 'refuse', why: /over/ },
    {
      name: 'another alert forbids it',
      given: facts({ forbidding: ['feed-broken'] }),
      next: 'refuse',
      why: /feed-broken/,
    },
    { name: 'too few labels', given: facts({ labels: 9 }, { minimumLabels: 10 }), next: 'refuse', why: /9 labels/ },
    { name: 'enough labels', given: facts({ labels: 10 }, { minimumLabels: 10 }), next: 'run' },
    { name: 'within the cooldown', given: facts({ past: [past(5)] }), next: 'refuse', why: /5 h ago/ },
    { name: 'the cooldown is just over', given: facts({ past: [past(6)] }), next: 'run' },
    {
      name: 'one that failed cools down too',
      given: facts({ past: [past(5, 'failed')] }),
      next: 'refuse',
      why: /cooldown/,
    },
    { name: 'itself is no other', given: facts({ past: [past(0, 'uncertain', { id: 'me' })] }), next: 'run' },
    { name: 'a dry run counts for nothing', given: facts({ past: [past(1, 'done', { dryRun: true })] }), next: 'run' },
    {
      name: 'one that was refused counts for nothing',
      given: facts({ past: [{ ...past(1), state: 'refused', startedAt: null }] }),
      next: 'run',
    },
    {
      name: 'the budget is spent',
      given: facts({ past: [past(10), past(20), past(30)] }),
      next: 'refuse',
      why: /budget/,
    },
    { name: 'the budget has room again', given: facts({ past: [past(10), past(20), past(168)] }), next: 'run' },
    { name: 'another is at work', given: facts({ busy: true }), next: 'wait', why: /another/ },
    { name: 'a person is to be asked', given: facts({}, { approval: 'required' }), next: 'ask', why: /person/ },
    { name: 'a person has said yes', given: facts({ approvedBy: 'ann' }, { approval: 'required' }), next: 'run' },
    {
      name: 'a yes does not lift the cooldown',
      given: facts({ approvedBy: 'ann', past: [past(1)] }),
      next: 'refuse',
      why: /cooldown/,
    },
    { name: 'a dry run asks nobody', given: facts({}, { approval: 'required', dryRun: true }), next: 'run' },
    {
      name: 'the last ones failed',
      given: facts({ past: [past(200, 'failed'), past(300, 'failed'), past(400, 'failed'), past(500)] }),
      next: 'ask',
      why: /failed/,
    },
    {
      name: 'the last ones failed, and a person wants it all the same',
      given: facts({ approvedBy: 'ann', past: [past(200, 'failed'), past(300, 'failed'), past(400, 'failed')] }),
      next: 'run',
    },
    {
      name: 'one of them went well',
      given: facts({ past: [past(200, 'failed'), past(300), past(400, 'failed')] }),
      next: 'run',
    },
  ])('$name: $next', ({ given, next, why }) => {
    const decision = decideAction(given);
    expect(decision.next).toBe(next);
    if (why) expect(decision).toMatchObject({ why: expect.stringMatching(why) });
  });
});

test('whatever is asked for when, no more begin than the budget allows, and none within the cooldown', () => {
  const asks = fc.array(fc.record({ after: fc.nat(10 * HOUR), fails: fc.boolean(), yes: fc.boolean() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      asks,
      fc.integer({ min: 1, max: 4 }),
      fc.nat(12),
      fc.integer({ min: 1, max: 100 }),
      (list, most, cool, per) => {
        const policy = { cooldownMs: cool * HOUR, budget: { most, perMs: per * HOUR } };
        let now = 0;
        const history: ActionFacts['past'][number][] = [];
        for (const [i, { after, fails, yes }] of list.entries()) {
          now += after;
          const given = facts({ now, id: `a${i}`, past: history.toReversed(), approvedBy: yes ? 'ann' : null }, policy);
          const { next } = decideAction(given);
          const began = next === 'run' ? now : null;
          history.push({
            id: `a${i}`,
            state: began === null ? 'refused' : fails ? 'failed' : 'done',
            dryRun: false,
            startedAt: began,
          });
        }
        const begun = history.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
        for (const [i, at] of begun.entries()) {
          if (i > 0) expect(at - begun[i - 1]!).toBeGreaterThanOrEqual(policy.cooldownMs);
          expect(begun.filter((other) => other <= at && at - other < policy.budget.perMs).length).toBeLessThanOrEqual(
            most,
          );
        }
        const unasked = history.filter(({ startedAt }, i) => startedAt !== null && !list[i]!.yes);
        for (const action of unasked) {
          const before = history
            .slice(0, history.indexOf(action))
            .filter(({ startedAt }) => startedAt !== null)
            .slice(-BREAKER);
          expect(before.length === BREAKER && before.every(({ state }) => state === 'failed')).toBe(false);
        }
      },
    ),
  );
});
