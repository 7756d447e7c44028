import { EscalationConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beginEscalation,
  type EscalationEvent,
  type EscalationState,
  escalate,
  type FiredStep,
  snapshotPolicy,
} from './escalate.ts';

const MIN = 60_000;
const policy = snapshotPolicy(
  EscalationConfig.parse({
    steps: [
      { after: '0m', notify: ['schedule:ops'] },
      { after: '15m', notify: ['person:ben'] },
      { after: '10m', notify: ['channel:sms'] },
    ],
    repeat: 1,
    repeatAfter: '20m',
  }),
);

type Act = [minute: number, event: EscalationEvent | 'fires'];

/** Plays what happens, with every step when its time comes; gives the steps as "minute round.step". */
function play(acts: Act[], until: number): string[] {
  let state: EscalationState = beginEscalation(policy, 0);
  const fired: string[] = [];
  const take = (event: EscalationEvent, now: number) => {
    const next = escalate(policy, state, event, now);
    state = next.state;
    if (next.fire) fired.push(`${now / MIN} ${next.fire.loop + 1}.${next.fire.step + 1}`);
  };
  const pass = (to: number) => {
    while (state.dueAt !== null && state.dueAt <= to) take('due', state.dueAt);
  };
  for (const [minute, event] of acts) {
    pass(minute * MIN - 1);
    if (event === 'fires') state = beginEscalation(policy, minute * MIN);
    else take(event, minute * MIN);
  }
  pass(until * MIN);
  return fired;
}

describe('which steps come, and when', () => {
  test.each<{ intent: string; acts: Act[]; fired: string[] }>([
    {
      intent: 'nobody acts: every step of every round, and then no more',
      acts: [],
      fired: ['0 1.1', '15 1.2', '25 1.3', '45 2.1', '60 2.2', '70 2.3'],
    },
    { intent: 'acknowledged: no further step', acts: [[20, 'acknowledged']], fired: ['0 1.1', '15 1.2'] },
    { intent: 'acknowledged at once: not even the first', acts: [[0, 'acknowledged']], fired: [] },
    { intent: 'over: no further step', acts: [[16, 'ended']], fired: ['0 1.1', '15 1.2'] },
    {
      intent: 'the acknowledgement runs out: the wait goes on where it stopped',
      acts: [
        [20, 'acknowledged'],
        [140, 'unacknowledged'],
      ],
      fired: ['0 1.1', '15 1.2', '145 1.3', '165 2.1', '180 2.2', '190 2.3'],
    },
    {
      intent: 'over while somebody has it: nothing more',
      acts: [
        [5, 'acknowledged'],
        [6, 'ended'],
        [7, 'unacknowledged'],
      ],
      fired: ['0 1.1'],
    },
    {
      intent: 'it comes back: from the first step',
      acts: [
        [16, 'ended'],
        [30, 'fires'],
        [46, 'acknowledged'],
      ],
      fired: ['0 1.1', '15 1.2', '30 1.1', '45 1.2'],
    },
    {
      intent: 'muted when the step is due: the step waits for the end of it',
      acts: [
        [15, { mutedUntil: 40 * MIN }],
        [45, 'acknowledged'],
      ],
      fired: ['0 1.1', '40 1.2'],
    },
    {
      intent: 'acknowledged twice is acknowledged once',
      acts: [
        [20, 'acknowledged'],
        [22, 'acknowledged'],
        [30, 'unacknowledged'],
        [31, 'ended'],
      ],
      fired: ['0 1.1', '15 1.2'],
    },
  ])('$intent', ({ acts, fired }) => {
    expect(play(acts, 1_000)).toEqual(fired);
  });
});

test('whatever happens: no step twice in a round, none while somebody has it, and the last one if nobody acts', () => {
  const happening = fc.record({
    afterMs: fc.integer({ min: 0, max: 30 * MIN }),
    event: fc.constantFrom(
      'acknowledged' as const,
      'unacknowledged' as const,
      'muted' as const,
      'ended' as const,
      'fires' as const,
    ),
  });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
      let now = 0;
      let state = beginEscalation(policy, now);
      let round = 0;
      let mine = false; // somebody has it in hand
      let over = false;
      const seen = new Set<string>();
      const last: FiredStep[] = [];
      const take = (event: EscalationEvent) => {
        const next = escalate(policy, state, event, now);
        state = next.state;
        if (!next.fire) return;
        expect(mine || over).toBe(false);
        const name = `${round} ${next.fire.loop} ${next.fire.step}`;
        expect(seen.has(name)).toBe(false);
        seen.add(name);
        last.push(next.fire);
      };
      const pass = (to: number) => {
        while (state.dueAt !== null && state.dueAt <= to) {
          now = state.dueAt;
          take('due');
        }
        now = to;
      };
      for (const { afterMs, event } of happenings) {
        pass(now + afterMs);
        if (event === 'fires') {
          state = beginEscalation(policy, now);
          round += 1;
          mine = false;
          over = false;
        } else if (event === 'muted') take({ mutedUntil: now + 5 * MIN });
        else {
          if (event === 'acknowledged') mine = true;
          if (event === 'unacknowledged') mine = false;
          if (event === 'ended') over = true;
          take(event);
        }
      }
      if (over) return;
      mine = false;
      take('unacknowledged');
      pass(now + 10_000 * MIN);
      expect(last.at(-1)).toEqual({ loop: policy.repeat, step: policy.steps.length - 1 });
      expect(state.status).toBe('done');
    }),
    { numRuns: 500 },
  );
});
