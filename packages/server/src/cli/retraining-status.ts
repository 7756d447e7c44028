import type { RetrainingStatus } from '@leeway/contract';
import pc from 'picocolors';
import { day, number, print, table } from './io.ts';

const MARK = { true: pc.green('true'), false: 'false', unknown: pc.yellow('unknown') } as const;

/** What would happen now, and why not: each trigger with its conditions, each guard, the last runs. */
export function printRetraining(status: RetrainingStatus): void {
  const { model, mode, sentence, triggers, hand, nextTime, runs } = status;
  print(`${pc.bold(model)}  approval: ${mode}`);
  for (const { cause, truth, nodes } of triggers) {
    print(`\n${pc.bold(cause)} is ${MARK[truth]}`);
    print(
      table(nodes, [
        { title: 'CONDITION', value: ({ depth, label }) => `${'  '.repeat(depth)}${label}` },
        { title: 'HOLDS', value: (node) => MARK[node.truth] },
        { title: 'VALUE', value: ({ value }) => number(value), align: 'right' },
        { title: 'LIMIT', value: ({ limit }) => number(limit), align: 'right' },
        { title: 'WHY', value: ({ why }) => why },
      ]),
    );
  }
  for (const { cause, guards } of triggers) {
    print(`\nWhat may hold back ${pc.bold(cause)}`);
    print(
      table(guards, [
        { title: 'GUARD', value: ({ code }) => code },
        { title: 'VERDICT', value: ({ verdict }) => (verdict === 'pass' ? pc.green(verdict) : pc.red(verdict)) },
        { title: 'UNTIL', value: ({ until }) => day(until) },
        { title: 'WHY', value: ({ reason }) => reason },
      ]),
    );
  }
  if (runs.length > 0) {
    print('\nLast runs');
    print(
      table(runs, [
        { title: 'RUN', value: ({ id }) => id },
        { title: 'STATE', value: ({ state }) => state },
        { title: 'TRIGGER', value: ({ trigger }) => trigger },
        { title: 'BEGUN', value: ({ createdAt }) => day(createdAt) },
        { title: 'DECISION', value: ({ decision }) => decision ?? '' },
      ]),
    );
  }
  if (nextTime !== null) print(`\nThe next schedule comes round at ${day(nextTime)}.`);
  print(`\n${sentence}\n${hand.sentence}`);
}
