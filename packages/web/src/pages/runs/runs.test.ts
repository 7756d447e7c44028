import { ModelConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { compared, gate } from '../../../test/fixture-gates.ts';
import { status } from '../../../test/fixture-retraining.ts';
import { otherRuns, runs } from '../../../test/fixtures.ts';
import { mayDecide } from '../../api/decider.ts';
import { remedyOf } from '../../lib/remedy.ts';
import { inputOf, rowTemplate } from '../model/explain-draft.ts';
import { breakerIsOpen } from '../model/open-breaker.ts';
import { versionSearch } from '../version/search.ts';
import { askedBy } from './asked-by.ts';
import { timesOf } from './run-times.ts';

describe('the times of a run', () => {
  const [waiting, promoted] = runs;
  const [training, failed, suggested] = otherRuns;
  const judged = '2026-06-29T08:24:00.000Z';
  const rows: [what: string, given: Parameters<typeof timesOf>, known: boolean[]][] = [
    ['waits for a decision', [waiting!, judged], [true, true, true, true, false]],
    ['is decided', [promoted!, '2026-06-10T04:00:00.000Z'], [true, true, true, true, true]],
    ['is being trained', [training!, null], [true, true, false, false, false]],
    ['left no candidate', [failed!, null], [true, true, false, false, false]],
    ['is only suggested', [suggested!, null], [true, false, false, false, false]],
  ];
  it.each(rows)('that %s', (_, given, known) => {
    const times = timesOf(...given);
    expect(times.map((at) => at !== null)).toEqual(known);
    const told = times.filter((at) => at !== null);
    expect(told).toEqual(told.toSorted());
  });
});

describe('askedBy', () => {
  const base = { name: 'g', metric: 'roc_auc', verdict: 'pass', reason: 'x', statement: '' } as const;
  const rows: [what: string, given: Parameters<typeof askedBy>[0], expected: string][] = [
    ['a limit', gate({ ...base, type: 'threshold' }), 'threshold'],
    ['better at all', compared({ ...base, type: 'compare' }), 'better, 95 % sure'],
    [
      'not worse by a margin',
      compared({ ...base, type: 'compare', form: 'non_inferiority', margin: 0.01 }),
      'not worse by 0.010, 95 % sure',
    ],
    [
      'a margin of a share is in points',
      compared({ ...base, metric: 'accuracy', type: 'compare', form: 'equivalence', margin: 0.02 }),
      'the same by 2 pp, 95 % sure',
    ],
  ];
  it.each(rows)('%s', (_, given, expected) => expect(askedBy(given)).toBe(expected));
});

describe('mayDecide', () => {
  const config = (approval: unknown) =>
    ModelConfig.parse({
      name: 'm',
      task: 'binary',
      columns: { features: { a: { type: 'numeric' } } },
      retrain: { approval },
    });
  const rows: [what: string, approval: unknown, actor: string, role: string, may: boolean][] = [
    ['an operator, by default', 'approve', 'ann', 'operator', true],
    ['no viewer', 'approve', 'ann', 'viewer', false],
    ['no operator where admins decide', { role: 'admin' }, 'ann', 'operator', false],
    ['an admin', { role: 'admin' }, 'ann', 'admin', true],
    ['who is named', { by: ['ann'] }, 'ann', 'operator', true],
    ['nobody who is not', { by: ['ben'] }, 'ann', 'admin', false],
  ];
  it.each(rows)('%s', (_, approval, actor, role, may) =>
    expect(mayDecide(config(approval), { actor, role }).may).toBe(may),
  );
});

describe('the form of an explanation', () => {
  const draft = { by: 'id', id: ' p-1 ', row: '', method: 'auto' } as const;
  const rows: [what: string, given: Parameters<typeof inputOf>[0], expected: object][] = [
    ['an id without blanks', draft, { input: { id: 'p-1', method: 'auto' } }],
    ['no id', { ...draft, id: ' ' }, { error: 'Give the id of a recorded prediction.' }],
    ['a row', { ...draft, by: 'row', row: '{"a": 1}' }, { input: { row: { a: 1 }, method: 'auto' } }],
    ['a list is no row', { ...draft, by: 'row', row: '[1]' }, { error: expect.stringContaining('one JSON object') }],
    ['no JSON', { ...draft, by: 'row', row: '{a}' }, { error: expect.stringContaining('not JSON') }],
  ];
  it.each(rows)('%s', (_, given, expected) => expect(inputOf(given)).toEqual(expected));

  it('offers every feature', () => {
    expect(JSON.parse(rowTemplate(['a', 'b "c"']))).toEqual({ a: null, 'b "c"': null });
  });
});

describe('the rest', () => {
  it('an error of the catalogue has a remedy, another none', () => {
    expect(remedyOf('ambiguous_candidate')).toContain('exactly one');
    expect([remedyOf('never_heard_of'), remedyOf('toString')]).toEqual([null, null]);
  });

  it('the breaker can be closed where it holds something back', () => {
    expect(breakerIsOpen(status)).toBe(true);
    const closed = status.triggers.map((one) => ({
      ...one,
      guards: one.guards.filter((g) => g.code !== 'circuit_open'),
    }));
    expect(breakerIsOpen({ ...status, triggers: closed })).toBe(false);
  });

  it('the address of a version keeps what it knows', () => {
    expect(versionSearch({ tab: 'diff', other: 'v2', evil: 1 })).toEqual({ tab: 'diff', other: 'v2' });
    expect(versionSearch({ tab: 'nowhere', other: '' })).toEqual({});
  });
});
