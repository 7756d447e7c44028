import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMessage } from './message.ts';
import { groupId, plainBody } from './plain-body.ts';
import { alert, messages } from './testdata/messages.ts';

test('whatever is told, it keeps to the budget, and nothing is left off without a word', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  const some = fc.array(fc.record({ summary: text, slice: text }), { minLength: 1, maxLength: 30 });
  const bytes = (value: string) => Buffer.byteLength(value);
  fc.assert(
    fc.property(some, fc.integer({ min: 1_200, max: 9_000 }), fc.boolean(), (given, budget, inBytes) => {
      const message = buildMessage({
        firing: given.map((over, i) => alert({ ...over, id: `alert_${i}` })),
        resolved: [],
        reason: 'first',
        group: { key: 'k', labels: {} },
        publicUrl: 'https://leeway.example.org',
        now: 0,
      });
      const body = plainBody(message, { budget, ...(inBytes && { sizeOf: bytes }) });
      expect(inBytes ? bytes(body) : body.length).toBeLessThanOrEqual(budget);
      const told = body.match(/^https:\/\/leeway\.example\.org\/alerts\/alert_\d+$/gm)?.length ?? 0;
      const left = Number(/^\+ (\d+) more$/m.exec(body)?.[1] ?? 0);
      expect(told + left).toBe(given.length);
    }),
    { numRuns: 200, seed: 7 },
  );
});

describe('what is in it', () => {
  test('one alert has its own link, and no other', () => {
    const body = plainBody(messages.firing, { budget: 4_000 });
    expect(body.match(/https:\/\/leeway\.example\.org\S*/g)).toEqual(['https://leeway.example.org/alerts/alert_1']);
  });
  test('the links to act are there where they are asked for', () => {
    expect(plainBody(messages.full, { budget: 4_000 })).not.toMatch(/^Acknowledge: /m);
    expect(plainBody(messages.full, { budget: 4_000, actions: true })).toMatch(/^Acknowledge: https:\/\//m);
  });
  test('a template of the channel stands in place of the alerts', () => {
    const message = { ...messages.firing, text: 'mine', lines: ['mine'] };
    expect(plainBody(message, { budget: 4_000 })).toBe('mine\n\nOpen: https://leeway.example.org/alerts/alert_1');
  });
  test('a group has one name, whatever stands in its labels', () => {
    expect(groupId(messages.firing)).toBe(groupId(messages.mixed));
    expect(groupId(messages.hostile)).toMatch(/^leeway-[0-9a-f]{32}$/);
    expect(groupId(messages.hostile)).not.toBe(groupId(messages.firing));
  });
});
