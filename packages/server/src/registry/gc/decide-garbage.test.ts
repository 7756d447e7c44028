import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Holder, neededArtifacts, whyKept } from './decide-garbage.ts';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const POLICY = { keep: 2, afterMs: 90 * DAY };

const holder = (over: Partial<Holder> = {}): Holder => ({
  ...{ model: 'm', version: 'v1', number: 1, createdAt: NOW - 400 * DAY, artifact: 'a' },
  ...{ served: false, aliases: [], inRun: false, configured: false },
  ...over,
});

describe('why an artifact stays', () => {
  const cases: { name: string; over?: Partial<Holder>; newer?: number; why: string | null }[] = [
    { name: 'nothing speaks for it', why: null },
    { name: 'it has served, however long ago', over: { served: true }, why: 'it has served' },
    { name: 'an alias points to it', over: { aliases: ['challenger'] }, why: 'it is challenger' },
    { name: 'a run needs it', over: { inRun: true }, why: 'a run needs it' },
    { name: 'a shadow', over: { configured: true }, why: 'the configuration names it' },
    { name: 'one of the newest', newer: 1, why: 'it is one of the newest' },
    { name: 'not one of the newest any more', newer: 2, why: null },
    { name: 'young', over: { createdAt: NOW - 90 * DAY + 1 }, why: 'it is young' },
    { name: 'just old enough', over: { createdAt: NOW - 90 * DAY }, why: null },
  ];
  test.each(cases)('$name', ({ over, newer = 5, why }) => {
    expect(whyKept(holder(over), newer, POLICY, NOW)).toBe(why);
  });
});

test('an artifact that two versions share stays while one of them needs it', () => {
  const old = holder({ number: 1, version: 'v1' });
  const others = [2, 3, 4].map((number) => holder({ number, version: `v${number}`, artifact: `b${number}` }));
  expect([...neededArtifacts([old, ...others], POLICY, NOW)].sort()).toEqual(['b3', 'b4']);
  const twin = holder({ model: 'other', served: true });
  expect([...neededArtifacts([old, ...others, twin], POLICY, NOW)].sort()).toEqual(['a', 'b3', 'b4']);
});

const holders = fc
  .array(
    fc.record({
      model: fc.constantFrom('m', 'n'),
      createdAt: fc.integer({ min: 0, max: NOW }),
      artifact: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      served: fc.boolean(),
      aliases: fc.subarray(['champion', 'challenger', 'x'], { maxLength: 1 }),
      inRun: fc.boolean(),
      configured: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((all) => all.map((one, i): Holder => ({ ...one, version: `v${i + 1}`, number: i + 1 })));
const policies = fc.record({ keep: fc.integer({ min: 1, max: 5 }), afterMs: fc.integer({ min: 0, max: NOW }) });

test('nothing goes that has served, that an alias or a run needs, that is configured, new or young', () => {
  fc.assert(
    fc.property(holders, policies, (all, policy) => {
      const needed = neededArtifacts(all, policy, NOW);
      for (const one of all) {
        const young = NOW - one.createdAt < policy.afterMs;
        const newer = all.filter((other) => other.model === one.model && other.number > one.number).length;
        if (one.served || one.aliases.length > 0 || one.inRun || one.configured || young || newer < policy.keep) {
          expect(needed.has(one.artifact)).toBe(true);
        }
      }
    }),
  );
});

test('what stays under a policy stays under one that keeps more', () => {
  fc.assert(
    fc.property(holders, policies, (all, policy) => {
      const more = neededArtifacts(all, { keep: policy.keep + 1, afterMs: policy.afterMs + DAY }, NOW);
      for (const artifact of neededArtifacts(all, policy, NOW)) expect(more.has(artifact)).toBe(true);
    }),
  );
});
