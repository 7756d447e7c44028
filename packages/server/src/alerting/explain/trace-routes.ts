import { type Matchers, parseMatchers } from '@leeway/contract';
import type { Route } from '../decide/match-route.ts';
import { describeMatchers, type Labels, matches } from '../decide/matchers.ts';

/** A node of the routing tree as it treated an alert. */
export interface TracedRoute {
  path: string;
  channels: string[];
  /** Whether it takes the alert itself. */
  takes: boolean;
  /** Why it does or does not, in words. */
  why: string;
}

/** Every node of the tree, in its order, with what it made of the labels: the same walk that routes them. */
export function traceRoutes(root: Route, labels: Labels): TracedRoute[] {
  const traced: TracedRoute[] = [];
  walk(root, labels, traced);
  return traced;
}

function walk(node: Route, labels: Labels, traced: TracedRoute[]): void {
  const own: TracedRoute = { path: node.path, channels: node.channels, takes: true, why: '' };
  traced.push(own);
  let taken: Route | null = null;
  const matched: string[] = [];
  for (const child of node.children) {
    if (taken) {
      skip(child, `not tried: ${describeMatchers(taken.match)} before it matched and does not continue`, traced);
    } else if (matches(child.match, labels)) {
      walk(child, labels, traced);
      matched.push(describeMatchers(child.match));
      if (!child.continue) taken = child;
    } else skip(child, `does not match: ${mismatch(child.match, labels)}`, traced);
  }
  own.takes = matched.length === 0;
  const how = node.path === 'root' ? 'the root matches everything' : 'matches';
  own.why = own.takes ? how : `${how}; left to ${matched.join(' and ')} below it`;
}

function skip(node: Route, why: string, traced: TracedRoute[]): void {
  traced.push({ path: node.path, channels: node.channels, takes: false, why });
  for (const child of node.children) skip(child, 'not tried: the route above it does not take the alert', traced);
}

/** The matchers that fail, beside what the alert has. */
function mismatch(matchers: Matchers, labels: Labels): string {
  return parseMatchers(matchers)
    .map(({ label, operator, value }) => ({ label, text: `${label}${operator}${JSON.stringify(value)}` }))
    .filter(({ text }) => !matches([text], labels))
    .map(
      ({ label, text }) => `wants ${text}, has ${labels[label] === undefined ? 'none' : JSON.stringify(labels[label])}`,
    )
    .join('; ');
}
