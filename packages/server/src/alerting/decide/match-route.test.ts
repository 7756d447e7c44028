import type { RouteConfig } from '@leeway/contract';
import { expect, test } from 'vitest';
import { findRoute, matchRoutes, resolveRoutes } from './match-route.ts';

const tree: RouteConfig = {
  channels: ['console'],
  groupWait: '10s',
  routes: [
    { match: { severity: 'critical' }, channels: ['pager'], continue: true, groupBy: ['...'] },
    {
      match: { model: 'flights' },
      channels: ['flights'],
      groupInterval: '1m',
      routes: [{ match: { column: 'distance' }, repeatInterval: '1h', groupBy: ['model', 'column'] }],
    },
    { match: { model: 'flights' }, channels: ['never'] },
    { match: { owner: '' }, channels: ['nobody'] },
  ],
};
const root = resolveRoutes(tree);
const routed = (labels: Record<string, string>) =>
  matchRoutes(root, labels).map(({ key, route }) => [key, ...route.channels]);

test.each([
  {
    intent: 'no child matches: the root takes it, grouped by model',
    labels: { model: 'a', owner: 'x', severity: 'info' },
    expected: [['root:{model=a}', 'console']],
  },
  {
    intent: 'a missing label equals the empty one',
    labels: { model: 'a' },
    expected: [['root/{owner=}:{model=a}', 'nobody']],
  },
  {
    intent: 'the first match wins',
    labels: { model: 'flights', owner: 'x' },
    expected: [['root/{model=flights}:{model=flights}', 'flights']],
  },
  {
    intent: 'continue goes on, and ... groups by every label',
    labels: { model: 'flights', severity: 'critical' },
    expected: [
      ['root/{severity=critical}:{model=flights,severity=critical}', 'pager'],
      ['root/{model=flights}:{model=flights}', 'flights'],
    ],
  },
  {
    intent: 'the deepest match, with the channels of its parent',
    labels: { model: 'flights', column: 'distance' },
    expected: [['root/{model=flights}/{column=distance}:{column=distance,model=flights}', 'flights']],
  },
])('$intent', ({ labels, expected }) => expect(routed(labels as Record<string, string>)).toEqual(expected));

test('timers are inherited', () => {
  const node = findRoute(root, 'root/{model=flights}/{column=distance}');
  expect(node).toMatchObject({ groupWaitMs: 10_000, groupIntervalMs: 60_000, repeatIntervalMs: 3_600_000 });
  expect(findRoute(root, 'root/{model=flights}#2')?.channels).toEqual(['never']);
  expect(findRoute(root, 'root/{model=other}')).toBeNull();
});

test('values that look like the notation do not make two groups one', () => {
  const keys = [{ model: 'a,rule=b' }, { model: 'a', rule: 'b' }].map(
    (labels) => routed({ ...labels, severity: 'critical' })[0],
  );
  expect(new Set(keys.map(String)).size).toBe(2);
});
