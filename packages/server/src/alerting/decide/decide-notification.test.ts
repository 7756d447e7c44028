import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeDueAt,
  decideDigest,
  decideNotification,
  idleDueAt,
  type NotificationInput,
} from './decide-notification.ts';

const MIN = 60_000;
const input = (over: Partial<NotificationInput>): NotificationInput => ({
  log: null,
  firing: [],
  muted: [],
  resolved: [],
  acknowledged: false,
  sendResolved: true,
  repeatIntervalMs: 7 * MIN,
  now: 10 * MIN,
  ...over,
});
const told = (firing: string[], at = 5 * MIN) => ({ firing, at });

interface Row {
  intent: string;
  input: Partial<NotificationInput>;
  reason: string;
  send: boolean;
  firing?: string[];
  resolved?: string[];
  announced?: string[];
}

const rows: Row[] = [
  {
    intent: 'nothing was ever told, something fires',
    input: { firing: ['a'] },
    reason: 'first',
    send: true,
    firing: ['a'],
    announced: ['a'],
  },
  {
    intent: 'nothing was ever told, nothing fires',
    input: { resolved: ['a'] },
    reason: 'none',
    send: false,
    announced: [],
  },
  { intent: 'all were over when last told', input: { log: told([]), firing: ['a'] }, reason: 'first', send: true },
  {
    intent: 'one more',
    input: { log: told(['a']), firing: ['a', 'b'] },
    reason: 'new alerts',
    send: true,
    firing: ['a', 'b'],
    announced: ['a', 'b'],
  },
  {
    intent: 'one more, one over',
    input: { log: told(['a']), firing: ['b'], resolved: ['a'] },
    reason: 'new alerts',
    send: true,
    firing: ['b'],
    resolved: ['a'],
    announced: ['b'],
  },
  {
    intent: 'all over',
    input: { log: told(['a', 'b']), resolved: ['a', 'b'] },
    reason: 'all resolved',
    send: true,
    resolved: ['a', 'b'],
    announced: [],
  },
  {
    intent: 'one of two over',
    input: { log: told(['a', 'b']), firing: ['b'], resolved: ['a'] },
    reason: 'resolved',
    send: true,
    firing: ['b'],
    resolved: ['a'],
    announced: ['b'],
  },
  {
    intent: 'nobody heard of it, so nobody hears of its end',
    input: { log: told(['a']), firing: ['a'], resolved: ['b'] },
    reason: 'none',
    send: false,
    announced: ['a'],
  },
  {
    intent: 'unchanged, too early to repeat',
    input: { log: told(['a'], 4 * MIN), firing: ['a'] },
    reason: 'none',
    send: false,
  },
  {
    intent: 'unchanged, time to repeat',
    input: { log: told(['a'], 3 * MIN), firing: ['a'] },
    reason: 'repeat',
    send: true,
    firing: ['a'],
    announced: ['a'],
  },
  {
    intent: 'somebody has it: not repeated',
    input: { log: told(['a'], 0), firing: ['a'], acknowledged: true },
    reason: 'none',
    send: false,
  },
  { intent: 'silenced before it was told', input: { muted: ['a'] }, reason: 'none', send: false, announced: [] },
  {
    intent: 'silenced after it was told',
    input: { log: told(['a'], 0), muted: ['a'] },
    reason: 'none',
    send: false,
    announced: ['a'],
  },
  {
    intent: 'one silenced, the other over',
    input: { log: told(['a', 'b']), muted: ['a'], resolved: ['b'] },
    reason: 'resolved',
    send: true,
    resolved: ['b'],
    announced: ['a'],
  },
  {
    intent: 'a silenced one is over',
    input: { log: told(['a']), resolved: ['a'] },
    reason: 'all resolved',
    send: true,
    resolved: ['a'],
  },
  {
    intent: 'sendResolved off: one of two over, no message',
    input: { log: told(['a', 'b']), firing: ['b'], resolved: ['a'], sendResolved: false },
    reason: 'none',
    send: false,
    announced: ['b'],
  },
  {
    intent: 'sendResolved off: all over, noted and not sent',
    input: { log: told(['b']), resolved: ['b'], sendResolved: false },
    reason: 'all resolved',
    send: false,
    announced: [],
  },
  {
    intent: 'sendResolved off: a new one does not mention the end of the old',
    input: { log: told(['a']), firing: ['b'], resolved: ['a'], sendResolved: false },
    reason: 'new alerts',
    send: true,
    firing: ['b'],
    resolved: [],
    announced: ['b'],
  },
];

test.each(rows)('$intent', ({ input: given, intent: _, ...expected }) => {
  expect(decideNotification(input(given))).toMatchObject(expected);
});

const flapping = (over: Partial<NonNullable<NotificationInput['flapping']>>) => ({
  fresh: [],
  held: [],
  steady: [],
  ...over,
});

const heldBack: Row[] = [
  {
    intent: 'a silence ended over what was told before',
    input: { log: told(['a']), firing: ['a'], unmuted: { by: 'silence', alerts: ['a'] } },
    reason: 'silence ended',
    send: true,
    firing: ['a'],
  },
  {
    intent: 'a silence ended over what nobody was told of: that is new',
    input: { log: told([]), firing: ['a'], unmuted: { by: 'silence', alerts: ['a'] } },
    reason: 'first',
    send: true,
  },
  {
    intent: 'a maintenance ended',
    input: { log: told(['a']), firing: ['a'], unmuted: { by: 'maintenance', alerts: ['a'] } },
    reason: 'maintenance ended',
    send: true,
  },
  {
    intent: 'a silence ended, and another alert is over',
    input: { log: told(['a', 'b']), firing: ['a'], resolved: ['b'], unmuted: { by: 'silence', alerts: ['a'] } },
    reason: 'silence ended',
    send: true,
    firing: ['a'],
    resolved: ['b'],
    announced: ['a'],
  },
  {
    intent: 'what was told before is silenced, and the channel hears of it: no end is claimed',
    input: { log: told(['a']), muted: ['a'], silenced: ['a'] },
    reason: 'silence started',
    send: true,
    firing: ['a'],
    resolved: [],
    announced: ['a'],
  },
  {
    intent: 'what nobody was told of is silenced',
    input: { log: told([]), muted: ['a'], silenced: ['a'] },
    reason: 'none',
    send: false,
  },
  {
    intent: 'it begins to flap while it fires',
    input: { log: told([]), firing: ['a'], flapping: flapping({ fresh: ['a'] }) },
    reason: 'flapping',
    send: true,
    firing: ['a'],
    announced: ['a'],
  },
  {
    intent: 'it begins to flap as it is over: it counts as going on',
    input: { log: told(['a']), resolved: ['a'], flapping: flapping({ fresh: ['a'] }) },
    reason: 'flapping',
    send: true,
    firing: ['a'],
    resolved: [],
    announced: ['a'],
  },
  {
    intent: 'while it flaps its end is held back',
    input: { log: told(['a']), resolved: ['a'], flapping: flapping({ held: ['a'] }) },
    reason: 'none',
    send: false,
    announced: ['a'],
  },
  {
    intent: 'and its next beginning too',
    input: { log: told(['a']), firing: ['b'], resolved: ['a'], flapping: flapping({ held: ['a', 'b'] }) },
    reason: 'none',
    send: false,
    announced: ['a'],
  },
  {
    intent: 'another alert is told of meanwhile, without what is held back',
    input: { log: told(['a']), firing: ['b', 'c'], resolved: ['a'], flapping: flapping({ held: ['a', 'b'] }) },
    reason: 'new alerts',
    send: true,
    firing: ['c'],
    resolved: [],
    announced: ['a', 'c'],
  },
  {
    intent: 'steady, and over',
    input: { log: told(['a']), resolved: ['a'], flapping: flapping({ steady: ['a'] }) },
    reason: 'all resolved',
    send: true,
    resolved: ['a'],
    announced: [],
  },
  {
    intent: 'steady, and firing as it was told',
    input: { log: told(['a']), firing: ['a'], flapping: flapping({ steady: ['a'] }) },
    reason: 'steady',
    send: true,
    firing: ['a'],
  },
  {
    intent: 'steady, and firing in another episode',
    input: { log: told(['a']), firing: ['b'], resolved: ['a'], flapping: flapping({ steady: ['a', 'b'] }) },
    reason: 'new alerts',
    send: true,
    firing: ['b'],
    resolved: ['a'],
    announced: ['b'],
  },
];

test.each(heldBack)('$intent', ({ input: given, intent: _, ...expected }) => {
  expect(decideNotification(input(given))).toMatchObject(expected);
});

const digests: Row[] = [
  { intent: 'nothing to tell', input: {}, reason: 'none', send: false },
  {
    intent: 'new ones, some of them over already',
    input: { firing: ['a'], resolved: ['b'] },
    reason: 'digest',
    send: true,
    firing: ['a'],
    resolved: ['b'],
    announced: ['a'],
  },
  {
    intent: 'what was told before is not repeated',
    input: { log: told(['a']), firing: ['a'] },
    reason: 'none',
    send: false,
    announced: ['a'],
  },
  {
    intent: 'the end of what was told before',
    input: { log: told(['a', 'b']), firing: ['b'], resolved: ['a'] },
    reason: 'digest',
    send: true,
    firing: [],
    resolved: ['a'],
    announced: ['b'],
  },
  {
    intent: 'sendResolved off: of what began and ended since, yes; of what was told before, no',
    input: { log: told(['a']), resolved: ['a', 'b'], sendResolved: false },
    reason: 'digest',
    send: true,
    resolved: ['b'],
    announced: [],
  },
  {
    intent: 'muted: neither told nor forgotten',
    input: { log: told(['a']), muted: ['a', 'b'] },
    reason: 'none',
    send: false,
    announced: ['a'],
  },
];

test.each(digests)('digest: $intent', ({ input: given, intent: _, ...expected }) => {
  expect(decideDigest(input(given))).toMatchObject(expected);
});

test('two fire, one ends with sendResolved off: no message; all end: none, and the log is cleared; again: first', () => {
  let log = null as NotificationInput['log'];
  const said = (
    [
      [['a', 'b'], []],
      [['b'], ['a']],
      [[], ['b']],
      [['a'], []],
    ] as const
  ).map(([firing, resolved], i) => {
    const decision = decideNotification(
      input({ log, firing: [...firing], resolved: [...resolved], sendResolved: false, now: i }),
    );
    log = { firing: decision.announced, at: i };
    return `${decision.reason}${decision.send ? '' : ', not sent'}: ${decision.announced.join(' ')}`;
  });
  expect(said).toEqual(['first: a b', 'none, not sent: b', 'all resolved, not sent: ', 'first: a']);
});

test('group interval 5 m, repeat 7 m: looked at every 5 m it repeats at 10 m', () => {
  const reasons = [5, 10].map(
    (m) => decideNotification(input({ log: told(['a'], 0), firing: ['a'], now: m * MIN })).reason,
  );
  expect(reasons).toEqual(['none', 'repeat']);
});

test('an alert that flaps with sendResolved off is announced each time (prometheus/alertmanager#1063)', () => {
  let log = null as NotificationInput['log'];
  const reasons: string[] = [];
  for (const [firing, resolved] of [
    [['a'], []],
    [[], ['a']],
    [['b'], []],
    [[], ['b']],
  ] as [string[], string[]][]) {
    const decision = decideNotification(input({ log, firing, resolved, sendResolved: false }));
    reasons.push(`${decision.reason}${decision.send ? '' : ' (not sent)'}`);
    if (decision.reason !== 'none') log = { firing: decision.announced, at: 0 };
  }
  expect(reasons).toEqual(['first', 'all resolved (not sent)', 'first', 'all resolved (not sent)']);
});

describe('over any course of events', () => {
  // Each step says of five alerts: 0 absent, 1 firing, 2 firing and silenced.
  const course = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 5, maxLength: 5 }), { maxLength: 25 });

  test('whoever was told of an alert is told of its end once, and nobody else', () => {
    fc.assert(
      fc.property(course, (steps) => {
        let log: NotificationInput['log'] = null;
        let believed = new Set<string>();
        for (const [i, step] of [...steps, [0, 0, 0, 0, 0]].entries()) {
          const ids = (wanted: number) => step.flatMap((state, k) => (state === wanted ? [`a${k}`] : []));
          const decision = decideNotification(
            input({ log, firing: ids(1), muted: ids(2), resolved: ids(0), now: i * MIN }),
          );
          for (const id of decision.resolved) expect(believed.delete(id)).toBe(true);
          if (decision.send) believed = new Set([...believed, ...decision.firing]);
          expect(new Set(decision.announced)).toEqual(believed);
          log = { firing: decision.announced, at: i * MIN };
        }
        expect(believed.size).toBe(0);
      }),
    );
  });
});

const timers = { groupWaitMs: 30_000, groupIntervalMs: 5 * MIN, repeatIntervalMs: 7 * MIN };

test.each([
  { intent: 'the first waits for company', notifiedAt: null, now: MIN, expected: MIN + 30_000 },
  { intent: 'it may not speak again so soon', notifiedAt: MIN, now: 2 * MIN, expected: 6 * MIN },
  { intent: 'long quiet: waits for company again', notifiedAt: MIN, now: 20 * MIN, expected: 20 * MIN + 30_000 },
])('change: $intent', ({ notifiedAt, now, expected }) => expect(changeDueAt(notifiedAt, timers, now)).toBe(expected));

test.each([
  { intent: 'nothing to wait for', repeats: false, ends: [], expected: null },
  { intent: 'to repeat', repeats: true, ends: [], expected: 8 * MIN },
  { intent: 'a silence ends first', repeats: true, ends: [6 * MIN, 9 * MIN], expected: 6 * MIN },
])('idle: $intent', ({ repeats, ends, expected }) => {
  expect(idleDueAt({ notifiedAt: MIN, repeats, ends, timers, now: 5 * MIN })).toBe(expected);
});
