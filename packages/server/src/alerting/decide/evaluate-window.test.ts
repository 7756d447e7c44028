import { type Measurement, ModelConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { iso } from '../../platform/clock.ts';
import { measurement } from '../testdata/measurement.ts';
import { type Evaluated, evaluateWindow, instanceKey, type RuleDocument } from './evaluate-window.ts';
import { fingerprint } from './fingerprint.ts';

const DAY = 86_400_000;
const features = { age: { type: 'numeric' }, plan: { type: 'categorical' } };
const modelWith = (...rules: object[]) =>
  ModelConfig.parse({
    name: 'churn',
    task: 'binary',
    columns: { features },
    rules: rules.map((rule) => ({ name: 'r', ...rule })),
  });

/** The state of all rules of a model over days that are measured one after the other. */
class Server {
  readonly model: ModelConfig;
  readonly memories = new Map<string, RuleDocument>();

  constructor(...rules: object[]) {
    this.model = modelWith(...rules);
  }

  /** Day `day` with measurements; each decoded and encoded again, as after a restart. */
  see(day: number, measurements: Partial<Measurement>[], over: { final?: boolean } = {}): Evaluated[] {
    const span = { windowStart: day * DAY, windowEnd: (day + 1) * DAY };
    const evaluated = evaluateWindow(
      {
        ...{ model: this.model, monitor: 'daily', ...span, ...over },
        measurements: measurements.map((given) =>
          measurement({ windowStart: iso(span.windowStart), windowEnd: iso(span.windowEnd), ...given }),
        ),
      },
      this.memories,
    );
    for (const { rule, instance, after } of evaluated) {
      const document: RuleDocument = { fingerprint: fingerprint(rule), memory: after };
      this.memories.set(instanceKey(rule.name, instance), JSON.parse(JSON.stringify(document)) as RuleDocument);
    }
    return evaluated;
  }

  statuses(): Record<string, string> {
    return Object.fromEntries([...this.memories].map(([key, { memory }]) => [key, memory.current.status]));
  }
}

const auc = (value: number | null, over: Partial<Measurement> = {}): Partial<Measurement> => ({
  ...{ metric: 'roc_auc', value, coverage: 0.9, status: value === null ? 'no_data' : 'ok' },
  ...over,
});
const drift = (column: string, value: number): Partial<Measurement> => ({ metric: 'drift.score', column, value });
const range = (column: string, value: number): Partial<Measurement> => ({
  metric: 'quality.range_share',
  column,
  value,
});

describe('combined rules', () => {
  const both = {
    all: [
      { metric: 'roc_auc', below: 0.75 },
      { metric: 'drift.share', above: 0.3 },
    ],
  };

  test('wait for the last of their metrics, and say what each condition says', () => {
    const server = new Server(both);
    const share = { metric: 'drift.share', value: 0.5 };
    expect(server.see(0, [share])).toEqual([]);
    const [found] = server.see(0, [share, auc(0.7)]);
    expect(found).toMatchObject({
      instance: '|',
      judgement: {
        verdict: 'breach',
        value: 0.7,
        threshold: 0.75,
        why: 'roc_auc is 0.7, below 0.75; drift.share is 50 %, above 30 %',
      },
      conditions: [{ judgement: { verdict: 'breach' } }, { judgement: { verdict: 'breach', value: 0.5 } }],
    });
    expect(server.see(0, [share, auc(0.7)])).toEqual([]);
  });

  test('the condition that decides is the one that is shown', () => {
    const [found] = new Server(both).see(0, [{ metric: 'drift.share', value: 0.1 }, auc(0.7)]);
    expect(found).toMatchObject({
      measurement: { metric: 'drift.share' },
      judgement: { verdict: 'clear', value: 0.1 },
    });
  });

  test('"*" in several conditions is the same column in all of them; one without it is the same for all', () => {
    const server = new Server({
      all: [
        { metric: 'drift.score', column: '*', above: 1 },
        {
          any: [
            { metric: 'quality.range_share', column: '*', above: 0.1 },
            { metric: 'roc_auc', below: 0.5 },
          ],
        },
      ],
    });
    const found = server.see(0, [drift('age', 2), drift('plan', 2), range('age', 0.2), range('plan', 0), auc(0.6)]);
    expect(found.map(({ instance, judgement }) => `${instance} ${judgement.verdict}`)).toEqual([
      'age| breach',
      'plan| clear',
    ]);
  });

  test('a metric that a column does not have is left out of any, and all says nothing without it', () => {
    const conditions = [
      { metric: 'drift.score', column: '*', above: 1 },
      { metric: 'quality.range_share', column: '*', above: 0.1 },
    ];
    const measured = [drift('age', 2), drift('plan', 2), range('age', 0.2)];
    expect(new Server({ any: conditions }).see(0, measured)).toHaveLength(2);
    expect(new Server({ all: conditions }).see(0, measured).map(({ instance }) => instance)).toEqual(['age|']);
  });

  test('each condition remembers its own window before', () => {
    const falls = (metric: string) => ({ metric, below: -0.1, against: 'previous' });
    const server = new Server({ any: [falls('roc_auc'), falls('accuracy')] });
    const day = (i: number, a: number | null, b: number | null) =>
      server.see(i, [auc(a), auc(b, { metric: 'accuracy' })])[0]?.judgement.verdict;
    expect(day(0, 0.8, 0.5)).toBe('between');
    expect(day(1, 0.75, 0.45)).toBe('clear');
    expect(day(2, null, 0.45)).toBe('no_data');
    expect(day(3, 0.6, 0.45)).toBe('breach');
  });

  test('each condition has its own threshold to be well again', () => {
    const server = new Server({
      any: [
        { metric: 'roc_auc', below: 0.7, clear: 0.8 },
        { metric: 'accuracy', below: 0.7 },
      ],
    });
    const day = (i: number, a: number, b: number) => {
      server.see(i, [auc(a), auc(b, { metric: 'accuracy' })]);
      return server.statuses()['r||'];
    };
    expect(day(0, 0.6, 0.9)).toBe('firing');
    expect(day(1, 0.75, 0.9)).toBe('firing');
    expect(day(2, 0.85, 0.75)).toBe('inactive');
  });

  test('what the rule asks for at least is asked of each condition', () => {
    const server = new Server({ ...both, minimumRows: 500, minimumCoverage: 0.5 });
    const of = (n: number, coverage: number) =>
      server.see(n, [{ metric: 'drift.share', value: 0.9 }, auc(0.7, { n, coverage })])[0]?.judgement;
    expect(of(499, 0.9)).toMatchObject({ verdict: 'no_data', why: expect.stringContaining('the rule wants 500') });
    expect(of(501, 0.4)).toMatchObject({ verdict: 'no_data', why: expect.stringContaining('labels for 40 %') });
    expect(of(502, 0.5)).toMatchObject({ verdict: 'breach' });
  });

  test('an expression is judged like any other', () => {
    const server = new Server({ expression: 'm["roc_auc"].value < 0.75 && m["drift.score of age"].value > 1.0' });
    expect(server.see(0, [auc(0.7)])).toEqual([]);
    expect(server.see(0, [auc(0.7), drift('age', 2)])).toMatchObject([
      { instance: '|', judgement: { verdict: 'breach', value: 0.7 } },
    ]);
    expect(server.see(1, [auc(null), drift('age', 2)])).toMatchObject([{ judgement: { verdict: 'no_data' } }]);
    expect(server.see(2, [auc(null, { status: 'error', reason: 'timed out' }), drift('age', 2)])).toMatchObject([
      { judgement: { verdict: 'error', why: 'roc_auc failed: timed out' } },
    ]);
  });
});

describe('what is told apart', () => {
  test('no data is an instance of its own, with its own for; the rule keeps its state', () => {
    const server = new Server({ metric: 'roc_auc', below: 0.75, noData: 'separate', noDataFor: 2 });
    expect(server.see(0, [auc(0.7)]).map(({ kind }) => kind)).toEqual(['breach']);
    expect(server.see(1, [auc(null)]).map(({ kind }) => kind)).toEqual(['breach', 'no_data']);
    expect(server.statuses()).toEqual({ 'r||': 'firing', 'r|||no_data': 'pending' });
    server.see(2, [auc(null)]);
    expect(server.statuses()).toEqual({ 'r||': 'firing', 'r|||no_data': 'firing' });
    server.see(3, [auc(0.8)]);
    expect(server.statuses()).toEqual({ 'r||': 'inactive', 'r|||no_data': 'inactive' });
  });

  test('so is a failure', () => {
    const server = new Server({ metric: 'roc_auc', below: 0.75, onError: 'separate' });
    server.see(0, [auc(null, { status: 'error', reason: 'the query failed' })]);
    expect(server.statuses()).toEqual({ 'r||': 'inactive', 'r|||error': 'firing' });
    server.see(1, [auc(null)]);
    expect(server.statuses()).toEqual({ 'r||': 'inactive', 'r|||error': 'inactive' });
  });
});

describe('late labels', () => {
  test('change an older window, and all after it is judged again', () => {
    const server = new Server({ metric: 'roc_auc', below: 0.75, for: 2 });
    server.see(0, [auc(0.7)]);
    server.see(1, [auc(0.7)]);
    server.see(2, [auc(0.74)]);
    expect(server.statuses()).toEqual({ 'r||': 'firing' });
    const [found] = server.see(1, [auc(0.8, { revision: 1 })]);
    expect(found).toMatchObject({ windowEnd: 2 * DAY, revised: { from: 0.7, to: 0.8 }, after: { windowEnd: 3 * DAY } });
    expect(server.statuses()).toEqual({ 'r||': 'pending' });
  });

  test('change what a later window is compared with', () => {
    const server = new Server({ metric: 'roc_auc', below: -0.05, against: 'previous' });
    server.see(0, [auc(0.8)]);
    server.see(1, [auc(0.72)]);
    expect(server.statuses()).toEqual({ 'r||': 'firing' });
    server.see(0, [auc(0.75, { revision: 1 })]);
    expect(server.statuses()).toEqual({ 'r||': 'inactive' });
  });

  test('change groups too, which say no coverage', () => {
    const gap = (value: number, revision = 0): Partial<Measurement> => ({
      ...{ metric: 'fairness.equal_opportunity_difference', column: 'sex', value, revision },
    });
    const server = new Server({ metric: 'fairness.equal_opportunity_difference', column: 'sex', above: 0.1, for: 2 });
    for (const day of [0, 1, 2]) server.see(day, [gap(0.2)]);
    expect(server.statuses()).toEqual({ 'r|sex|': 'firing' });
    server.see(1, [gap(0.05, 1)]);
    expect(server.statuses()).toEqual({ 'r|sex|': 'pending' });
  });

  test('nothing new is nothing, and so is the end of their time, but for its being final', () => {
    const server = new Server({ metric: 'roc_auc', below: 0.75 });
    server.see(0, [auc(0.7)]);
    expect(server.see(0, [auc(0.9)])).toEqual([]);
    expect(server.see(0, [auc(0.7)], { final: true })).toMatchObject([{ revised: null, after: { alert: DAY } }]);
    expect(server.see(0, [auc(0.7)], { final: true })).toEqual([]);
  });

  const value = fc.constantFrom(0.6, 0.7, 0.76, 0.9, null);
  const conditions = fc.constantFrom<object>(
    { metric: 'roc_auc', below: 0.75 },
    { metric: 'roc_auc', below: -0.05, against: 'previous', noData: 'alert' },
    {
      any: [
        { metric: 'roc_auc', below: 0.65, clear: 0.8 },
        { metric: 'accuracy', below: -0.1, against: 'previous' },
      ],
    },
    { all: [{ metric: 'roc_auc', below: 0.75 }, { not: { metric: 'accuracy', above: 0.7 } }], noData: 'separate' },
    { expression: 'm["roc_auc"].value + m["accuracy"].value < 1.4', onError: 'separate' },
  );
  const policy = fc.record({ for: fc.integer({ min: 1, max: 3 }), keepFiring: fc.integer({ min: 0, max: 2 }) });

  test('in any order, twice, and over restarts: the rule stands where the last values in order put it', () => {
    const days = fc.array(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(days, conditions, policy, fc.infiniteStream(fc.nat()), (days, condition, policy, chance) => {
        const day = (server: Server, i: number, revision: number) => {
          const [a, b] = days[i]![revision]!;
          server.see(i, [auc(a, { revision }), auc(b, { metric: 'accuracy', revision })]);
        };
        const late = new Server({ ...condition, ...policy });
        day(late, 0, 0);
        const arrivals = days.flatMap((revisions, i) => revisions.map((_, revision) => ({ i, revision })));
        const shuffled = [...arrivals, ...arrivals.filter(() => chance.next().value! % 4 === 0)]
          .map((arrival) => [chance.next().value!, arrival] as const)
          .sort(([a], [b]) => a - b);
        for (const [, { i, revision }] of shuffled) day(late, i, revision);

        const plain = new Server({ ...condition, ...policy });
        for (const [i, revisions] of days.entries()) day(plain, i, revisions.length - 1);
        const current = (server: Server) => server.memories.get('r||')!.memory.current;
        expect(current(late)).toEqual(current(plain));
      }),
    );
  });
});

test('a fingerprint is that of the judging, and stays what it was where nothing new is used', () => {
  const of = (rule: object) => fingerprint(modelWith(rule).rules[0]!);
  const plain = { metric: 'roc_auc', below: 0.75 };
  expect(of(plain)).toBe(of({ ...plain, severity: 'critical', summary: 'words', labels: { a: 'b' } }));
  const others = [
    plain,
    { ...plain, minimumCoverage: 0.5 },
    { ...plain, onError: 'alert' },
    { ...plain, noData: 'alert', noDataFor: 2 },
    { not: plain },
    { all: [plain] },
    { any: [plain] },
    { any: [{ ...plain, clear: 0.8 }] },
    { expression: 'm["roc_auc"].value < 0.75' },
  ];
  expect(new Set(others.map(of)).size).toBe(others.length);
});
