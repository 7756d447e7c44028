import { EVENTS } from '@leeway/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { alertQuery } from './alerts.ts';
import { EVENT_NAMES, isStale, type Stale, StaleGatherer, staleAfter } from './events.ts';
import { alertsQuery, measurementsQuery, modelsQuery, runQuery, versionsQuery } from './queries.ts';

const touched = (name: string, model: string | null, queryKey: readonly unknown[]) =>
  staleAfter({ name, model }).some((stale) => isStale(queryKey, stale));

describe('events', () => {
  it('are all followed', () => {
    expect([...EVENT_NAMES].sort()).toEqual(Object.keys(EVENTS).sort());
  });

  const measured = measurementsQuery('flights', { metric: ['f1'] }).queryKey;
  const rows: [event: string, model: string | null, key: readonly unknown[], stale: boolean][] = [
    ['window.measured', 'flights', measured, true],
    ['window.measured', 'churn', measured, false],
    ['window.measured', null, measured, true],
    ['window.measured', 'flights', modelsQuery.queryKey, true],
    ['window.measured', 'flights', versionsQuery('flights').queryKey, false],
    ['alert.changed', 'flights', alertsQuery({ state: 'firing' }).queryKey, true],
    ['alert.changed', 'flights', alertsQuery({ model: 'churn' }).queryKey, false],
    ['alert.changed', 'flights', alertQuery('a1').queryKey, true],
    ['delivery.changed', null, alertQuery('a1').queryKey, true],
    ['action.changed', 'flights', alertQuery('a1').queryKey, true],
    ['run.changed', 'flights', runQuery('r1').queryKey, true],
    ['ingest.progress', 'flights', measured, false],
    ['never.heard.of', 'flights', measured, false],
  ];
  it.each(rows)('%s of %s on %j: %s', (name, model, key, stale) => expect(touched(name, model, key)).toBe(stale));
});

describe('StaleGatherer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('hands on a thousand events at once, each thing once', () => {
    const flushed: Stale[][] = [];
    const gatherer = new StaleGatherer((stale) => flushed.push(stale), 1_000);
    for (let i = 0; i < 1_000; i++) gatherer.add(staleAfter({ name: 'ingest.progress', model: 'flights' }));
    vi.advanceTimersByTime(999);
    expect(flushed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(flushed).toEqual([[{ resource: 'models', model: 'flights' }]]);
    vi.advanceTimersByTime(5_000);
    expect(flushed).toHaveLength(1);
  });

  it('sends nothing after it was stopped', () => {
    const flush = vi.fn();
    const gatherer = new StaleGatherer(flush, 1_000);
    gatherer.add([{ resource: 'models', model: null }]);
    gatherer.stop();
    vi.advanceTimersByTime(5_000);
    expect(flush).not.toHaveBeenCalled();
  });
});
