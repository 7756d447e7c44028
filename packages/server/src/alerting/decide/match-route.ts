import { durationMs, type Matchers, type RouteConfig } from '@leeway/contract';
import { describeMatchers, type Labels, matches } from './matchers.ts';
import type { RouteHours } from './time-interval.ts';

export interface Timers {
  groupWaitMs: number;
  groupIntervalMs: number;
  repeatIntervalMs: number;
}

/** A node of the routing tree with everything it inherits. */
export interface Route extends Timers, RouteHours {
  /** Names the node for good: "root/{severity=critical}". */
  path: string;
  channels: string[];
  groupBy: string[];
  match: Matchers;
  continue: boolean;
  /** Escalation of `onCall` that its alerts go through; null for none. */
  escalation: string | null;
  children: Route[];
}

export interface RoutedGroup {
  route: Route;
  key: string;
  labels: Record<string, string>;
}

const DEFAULTS = {
  channels: [] as string[],
  groupBy: ['model'],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 14_400_000,
  escalation: null as string | null,
};

/** The tree as configured, with what each node inherits from its parent written out. */
export function resolveRoutes(config: RouteConfig): Route {
  return resolve(config, DEFAULTS, 'root');
}

function resolve(config: RouteConfig, parent: typeof DEFAULTS, path: string): Route {
  const inherited = {
    channels: config.channels ?? parent.channels,
    groupBy: config.groupBy ?? parent.groupBy,
    groupWaitMs: config.groupWait ? durationMs(config.groupWait) : parent.groupWaitMs,
    groupIntervalMs: config.groupInterval ? durationMs(config.groupInterval) : parent.groupIntervalMs,
    repeatIntervalMs: config.repeatInterval ? durationMs(config.repeatInterval) : parent.repeatIntervalMs,
    escalation: config.escalation ?? parent.escalation,
  };
  const seen = new Map<string, number>();
  const children = (config.routes ?? []).map((child) => {
    const own = describeMatchers(child.match ?? {});
    // Siblings that match the same are told apart by their order.
    const nth = (seen.get(own) ?? 0) + 1;
    seen.set(own, nth);
    return resolve(child, inherited, `${path}/${own}${nth > 1 ? `#${nth}` : ''}`);
  });
  return {
    ...inherited,
    // As in Alertmanager a child does not inherit them: what is critical must not be quiet because its parent is.
    activeTimes: config.activeTimes ?? null,
    muteTimes: config.muteTimes ?? [],
    path,
    match: config.match ?? {},
    continue: config.continue ?? false,
    children,
  };
}

/**
 * The groups that an alert belongs to. Depth first; the first matching child wins unless it says `continue`; a node none of
 * whose children match takes the alert itself. The root takes everything.
 */
export function matchRoutes(root: Route, labels: Labels): RoutedGroup[] {
  return matchingNodes(root, labels).map((route) => {
    const names = route.groupBy.includes('...') ? Object.keys(labels) : route.groupBy;
    const groupLabels = Object.fromEntries(names.map((name) => [name, labels[name] ?? '']));
    return { route, key: `${route.path}:${describeMatchers(groupLabels)}`, labels: groupLabels };
  });
}

function matchingNodes(node: Route, labels: Labels): Route[] {
  const found: Route[] = [];
  for (const child of node.children) {
    if (!matches(child.match, labels)) continue;
    found.push(...matchingNodes(child, labels));
    if (!child.continue) break;
  }
  return found.length > 0 ? found : [node];
}

/** The node of that path, if the configuration still has it. */
export function findRoute(root: Route, path: string): Route | null {
  if (root.path === path) return root;
  for (const child of root.children) {
    const found = findRoute(child, path);
    if (found) return found;
  }
  return null;
}
