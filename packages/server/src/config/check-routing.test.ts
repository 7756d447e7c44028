import { Config } from '@leeway/contract';
import { expect, test } from 'vitest';
import { checkRouting } from './check-routing.ts';

const mistakesOf = (config: object): string[] => {
  const found: string[] = [];
  checkRouting(Config.parse({ apiVersion: 'leeway/v1', ...config }), (path, message) =>
    found.push(`${path.join('.')}: ${message}`),
  );
  return found;
};

const office = { name: 'office', times: ['09:00-17:00'] };

test.each([
  {
    intent: 'nothing wrong',
    config: { timeIntervals: [office], routes: { routes: [{ muteTimes: ['office'] }] } },
    expected: [],
  },
  {
    intent: 'hours of the root',
    config: { timeIntervals: [office], routes: { activeTimes: ['office'] } },
    expected: [/^routes\.activeTimes: is not for the root/],
  },
  {
    intent: 'an interval that is not there',
    config: { timeIntervals: [office], routes: { routes: [{ activeTimes: ['offise'] }] } },
    expected: [/^routes\.routes\.0\.activeTimes\.0: .*did you mean "office"/],
  },
  {
    intent: 'two intervals of one name',
    config: { timeIntervals: [office, office] },
    expected: [/^timeIntervals\.1\.name: "office" is there twice/],
  },
  {
    intent: 'a maintenance of everything',
    config: { maintenance: [{ name: 'm', match: ['model=~.*'], schedule: '0 2 * * 6', duration: '1h' }] },
    expected: [/^maintenance\.0\.match: needs a label with a value/],
  },
  {
    intent: 'a maintenance that ends before it begins',
    config: { maintenance: [{ name: 'm', match: { a: 'b' }, from: '2026-03-02T02:00', to: '2026-03-02T01:00' }] },
    expected: [/^maintenance\.0\.to: /],
  },
  {
    intent: 'a schedule that is none',
    config: { maintenance: [{ name: 'm', match: { a: 'b' }, schedule: 'saturdays', duration: '1h' }] },
    expected: [/^maintenance\.0\.schedule: "saturdays" is not a cron expression/],
  },
  {
    intent: 'an inhibition of everything',
    config: { inhibitions: [{ source: { rule: 'a' }, target: {} }] },
    expected: [/^inhibitions\.0\.target: /],
  },
])('$intent', ({ config, expected }) => {
  const mistakes = mistakesOf(config);
  expect(mistakes).toHaveLength(expected.length);
  for (const [i, pattern] of expected.entries()) expect(mistakes[i]).toMatch(pattern);
});
