import { isLeaf, type TriggerConfig, type TriggerNode } from '@leeway/contract';
import { judgeLeaf, type Truth } from './leaves.ts';
import type { Observation } from './observation.ts';

export interface JudgedTrigger {
  truth: Truth;
  /** The tree from top to bottom. */
  nodes: TriggerNode[];
  /** Why it is true, for people. */
  reason: string;
  /** What makes it true: the same occasion never begins two runs. */
  occasion: string;
}

/**
 * Whether a trigger is true, by Kleene's logic of three values: what is not known makes nothing true, and negated it is as
 * unknown as before.
 */
export function judgeTrigger(trigger: TriggerConfig, seen: Observation, depth = 0): JudgedTrigger {
  if (isLeaf(trigger)) {
    const { occasion, ...judged } = judgeLeaf(trigger, seen);
    const reason = trigger.on === 'schedule' ? judged.label : `${judged.label}: ${judged.why}`;
    return { truth: judged.truth, nodes: [{ depth, kind: trigger.on, ...judged }], reason, occasion };
  }
  const { all, any, not } = trigger;
  const kind = all ? 'all' : any ? 'any' : 'not';
  const children = (all ?? any ?? (not ? [not] : [])).map((child) => judgeTrigger(child, seen, depth + 1));
  const truths = children.map(({ truth }) => truth);
  const truth = combine(kind, truths);
  const true_ = kind === 'not' ? [] : children.filter((child) => child.truth === 'true');
  const node: TriggerNode = {
    ...{ depth, kind, label: LABEL[kind], truth, value: null, limit: null },
    why: kind === 'not' ? '' : `${truths.filter((one) => one === 'true').length} of ${truths.length} are true`,
  };
  return {
    truth,
    nodes: [node, ...children.flatMap(({ nodes }) => nodes)],
    reason: true_
      .map(({ reason }) => reason)
      .filter(Boolean)
      .join('; '),
    occasion:
      truth === 'true'
        ? true_
            .map(({ occasion }) => occasion)
            .filter(Boolean)
            .sort()
            .join(' & ')
        : '',
  };
}

const LABEL = { all: 'all of', any: 'any of', not: 'not' } as const;

function combine(kind: 'all' | 'any' | 'not', truths: readonly Truth[]): Truth {
  if (kind === 'not') return NOT[truths[0] ?? 'unknown'];
  const decisive = kind === 'all' ? 'false' : 'true';
  if (truths.includes(decisive)) return decisive;
  return truths.includes('unknown') ? 'unknown' : NOT[decisive];
}

const NOT: Record<Truth, Truth> = { true: 'false', false: 'true', unknown: 'unknown' };
