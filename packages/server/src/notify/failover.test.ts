import { expect, test } from 'vitest';
import { failoverLoop, inPlaceOf } from './failover.ts';
import { HOSTILE, messages } from './testdata/messages.ts';

const rows: [intent: string, failovers: Record<string, string>, loop: string[] | null][] = [
  ['none', {}, null],
  ['one after the other', { a: 'b', b: 'c' }, null],
  ['to itself', { a: 'a' }, ['a', 'a']],
  ['round about', { a: 'b', b: 'c', c: 'a' }, ['a', 'b', 'c', 'a']],
  ['into the loop of others', { a: 'b', b: 'c', c: 'b' }, null],
];
test.each(rows)('failovers: %s', (_intent, failovers, loop) => {
  expect(failoverLoop('a', (channel) => failovers[channel])).toEqual(loop);
});

test('a message in place of another says so, in one line each, whatever the error says', () => {
  const message = inPlaceOf(messages.firing, 'ops', `rejected: ${HOSTILE}`);
  expect(message.subject.endsWith('(in place of ops)')).toBe(true);
  expect(message.lines[0]).toMatch(/^Sent here because the channel ops did not take it \(rejected: .*\)\.$/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  for (const line of [message.subject, message.lines[0]]) expect(line).not.toMatch(/[\u0000-\u001f]/);
  expect(message.alerts).toEqual(messages.firing.alerts);
});
