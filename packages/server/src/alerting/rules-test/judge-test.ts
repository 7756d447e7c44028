import { iso } from '../../platform/clock.ts';
import type { Played, SeenAlert, SeenMessage } from './play-test.ts';
import type { ExpectedAlert, ExpectedMessage, RuleTest } from './test-file.ts';

/** What did not come as expected: lines that were expected, and lines that came instead. */
export interface Failure {
  what: string;
  expected: string[];
  got: string[];
}

/** An expectation of alerts with the time at which it holds. */
export interface Look {
  at: number;
  what: string;
  expect: RuleTest['alerts'][number]['expect'];
}

/** Compares what was played with what the test expects. `goldens` are the files that it names, by name. Pure. */
export function judgeTest(
  test: RuleTest,
  looks: readonly Look[],
  { alerts, messages }: Played,
  goldens: ReadonlyMap<string, string>,
): Failure[] {
  return [
    ...looks.flatMap((look) => judgeAlerts(look, alerts.get(look.at) ?? [])),
    ...(test.messages ? judgeMessages(test.messages, messages, goldens) : []),
  ];
}

const nameOf = ({ rule, column, slice }: Pick<ExpectedAlert, 'rule' | 'column' | 'slice'>): string =>
  [rule, column, slice].filter(Boolean).join(' ');

function judgeAlerts({ what, expect }: Look, seen: readonly SeenAlert[]): Failure[] {
  const wanted = expect.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const expected = wanted.map((alert) => describe(alert, alert));
  const got = seen
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((alert) => {
      const pattern = wanted.find((candidate) => nameOf(candidate) === nameOf(alert));
      return describe(alert, pattern ?? {});
    });
  return expected.join('\n') === got.join('\n') ? [] : [{ what: `alerts ${what}`, expected, got }];
}

type Described = Pick<SeenAlert, 'rule' | 'column' | 'slice' | 'state'> & {
  [key in 'severity' | 'value' | 'summary']?: string | number | null | undefined;
} & { labels?: Record<string, string> | undefined };

/** An alert in one line, with what the expectation says something of. */
function describe(alert: Described, pattern: Partial<ExpectedAlert>): string {
  const told = Object.keys(pattern.labels ?? {})
    .sort()
    .map((label) => `${label}=${alert.labels?.[label] ?? '(none)'}`);
  return [
    `${nameOf(alert)}: ${alert.state}`,
    ...(['severity', 'value', 'summary'] as const).flatMap((key) =>
      pattern[key] === undefined ? [] : [`${key} ${String(alert[key])}`],
    ),
    ...told,
  ].join(', ');
}

function judgeMessages(
  expected: readonly ExpectedMessage[],
  seen: readonly SeenMessage[],
  goldens: ReadonlyMap<string, string>,
): Failure[] {
  const pairs = align(expected, seen);
  const head = (pattern: ExpectedMessage | undefined, { channel, reason, at, subject }: SeenMessage) =>
    [
      channel,
      ...(pattern && pattern.reason === undefined ? [] : [reason]),
      ...(pattern && pattern.at === undefined ? [] : [iso(at)]),
      ...(pattern && pattern.subject === undefined ? [] : [subject]),
    ].join(' | ');
  const wanted = expected.map(({ channel, reason, at, subject }) =>
    [channel, reason, at && iso(Date.parse(at)), subject].filter((part) => part !== undefined).join(' | '),
  );
  const got = seen.map((message, i) => head(pairs.get(i), message));
  if (wanted.join('\n') !== got.join('\n')) return [{ what: 'messages', expected: wanted, got }];
  return seen.flatMap((message, i) =>
    judgeBody(`message ${i + 1} to ${message.channel}`, expected[i]!, message, goldens),
  );
}

/** Which expectation each message is compared with: the next one of its channel. */
function align(expected: readonly ExpectedMessage[], seen: readonly SeenMessage[]): Map<number, ExpectedMessage> {
  const left = [...expected];
  const pairs = new Map<number, ExpectedMessage>();
  for (const [i, { channel }] of seen.entries()) {
    const at = left.findIndex((candidate) => candidate.channel === channel);
    if (at >= 0) pairs.set(i, left.splice(at, 1)[0]!);
  }
  return pairs;
}

function judgeBody(
  what: string,
  { contains, golden }: ExpectedMessage,
  { subject, body }: SeenMessage,
  goldens: ReadonlyMap<string, string>,
): Failure[] {
  const whole = wholeOf({ subject, body });
  const lacks = contains.filter((text) => !whole.includes(text));
  const failures: Failure[] = [];
  if (lacks.length > 0) {
    failures.push({ what: `${what} contains`, expected: lacks, got: whole.split('\n') });
  }
  const file = golden === undefined ? undefined : goldens.get(golden);
  if (golden !== undefined && file?.trimEnd() !== whole.trimEnd()) {
    const lines = file?.trimEnd().split('\n') ?? ['(there is no such file yet: --update writes it)'];
    failures.push({ what: `${what} is ${golden}`, expected: lines, got: whole.trimEnd().split('\n') });
  }
  return failures;
}

/** A message as a golden file has it. */
export const wholeOf = ({ subject, body }: Pick<SeenMessage, 'subject' | 'body'>): string =>
  `Subject: ${subject}\n\n${body}\n`;
