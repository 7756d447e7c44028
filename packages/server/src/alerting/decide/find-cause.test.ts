import type { Measurement } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { measurement } from '../testdata/measurement.ts';
import { type CauseInput, findCause } from './find-cause.ts';

const subject = measurement({ value: 0.7, reference: 0.8 });
const drift = (column: string, value: number, over: Partial<Measurement> = {}) =>
  measurement({
    metric: 'drift.score',
    column,
    value,
    threshold: 1,
    detail: { test: 'psi', statistic: value / 5, threshold: 0.2, drifted: value >= 1 },
    ...over,
  });
const range = (value: number, n: number, slice = '') =>
  measurement({
    metric: 'quality.range_share',
    column: 'distance',
    slice,
    value,
    n,
    reference: 0,
    detail: { min: 21, max: 2724, lowest: 30, highest: 44_000, outside: value * n },
  });
const cause = (measurements: Measurement[], over: Partial<CauseInput> = {}) =>
  findCause({
    subject,
    measurements: [subject, ...measurements],
    columns: { prediction: 'prediction', score: 'score', label: 'label' },
    worse: 'lower',
    ...over,
  });

describe('order of suspects', () => {
  test('broken data come before drift, and the slices that hold them are named', () => {
    const got = cause([
      drift('distance', 9),
      drift('score', 4),
      range(0.124, 10_000),
      range(0.9, 700, 'origin=JFK'),
      range(0.85, 600, 'origin=LAX'),
      range(0.02, 900, 'origin=ORD'),
      range(0.2, 5_000, 'carrier=AA'),
    ]);
    expect(got.kind).toBe('data_quality');
    expect(got.summary).toBe(
      'The data are broken: distance: 12.4 % of values above 2,724 (reference 0 %), mostly origin=JFK, LAX.',
    );
    expect(got.columns.map((c) => `${c.column} ${c.metric}`)).toEqual([
      'distance quality.range_share',
      'distance drift.score',
      'score drift.score',
    ]);
    expect(got.slices.map((s) => s.slice)).toEqual(['origin=JFK', 'origin=LAX']);
  });

  test('a spread-out trouble names no slice', () => {
    const got = cause([range(0.1, 10_000), range(0.1, 5_000, 'origin=JFK'), range(0.11, 5_000, 'origin=LAX')]);
    expect(got.summary).toBe('The data are broken: distance: 10 % of values above 2,724 (reference 0 %).');
    expect(got.slices).toEqual([]);
  });

  test('a stray value is no broken feed', () => {
    expect(cause([range(0.0002, 10_000), drift('distance', 0.3)]).kind).toBe('concept');
  });

  test('missing values and categories never seen', () => {
    const missing = measurement({ metric: 'quality.missing_share', column: 'carrier', value: 0.3, reference: 0.01 });
    const unseen = measurement({
      metric: 'quality.new_category_share',
      column: 'origin',
      value: 0.05,
      reference: 0,
      detail: {
        values: [
          { value: 'XXX', n: 400 },
          { value: 'YYY', n: 100 },
        ],
      },
    });
    const got = cause([missing, unseen]);
    expect(got.columns.map((c) => c.text)).toEqual([
      'carrier: 30 % of values missing (reference 1 %)',
      'origin: 5 % of values never seen before, such as XXX, YYY (reference 0 %)',
    ]);
  });

  test('inputs before predictions, the worst first', () => {
    const got = cause([drift('score', 9), drift('dep_delay', 2), drift('distance', 3), drift('label', 8)]);
    expect(got.kind).toBe('input_drift');
    expect(got.summary).toBe(
      'The inputs have changed: distance: distributed differently (psi 0.6, threshold 0.2), and 1 more.',
    );
    expect(got.columns.map((c) => c.column)).toEqual(['distance', 'dep_delay', 'score']);
  });

  test('predictions alone', () => {
    expect(cause([drift('score', 2), drift('distance', 0.5)]).kind).toBe('prediction_drift');
  });

  test('a score over 1 that is not significant is no drift', () => {
    expect(cause([drift('distance', 2, { detail: { drifted: false } })]).kind).toBe('concept');
  });

  test('quiet inputs and worse outcomes: the concept, with the worst slices', () => {
    const slice = (name: string, value: number) => measurement({ slice: name, value, n: 500 });
    const got = cause([
      drift('distance', 0.4),
      slice('origin=ATL', 0.55),
      slice('origin=JFK', 0.75),
      slice('origin=SFO', 0.6),
    ]);
    expect(got).toMatchObject({
      kind: 'concept',
      summary:
        'The inputs look as they did, but the outcomes no longer follow from them: roc_auc is 0.7 against 0.8 in the reference.',
      columns: [],
    });
    expect(got.slices.map((s) => s.slice)).toEqual(['origin=ATL', 'origin=SFO']);
  });

  test('no look at the inputs, no verdict on them', () => expect(cause([]).kind).toBe('unknown'));

  test('the service', () => {
    expect(cause([drift('distance', 0.4)], { subject: measurement({ metric: 'service.latency_p95' }) }).kind).toBe(
      'service',
    );
  });

  test('an alert about quality is its own cause, however small', () => {
    const small = range(0.002, 10_000);
    expect(cause([small], { subject: small, worse: 'higher' }).kind).toBe('data_quality');
  });

  describe('values that only the reference never had', () => {
    const inferred = (m: Measurement, found = true): Measurement => ({
      ...m,
      detail: { ...m.detail, basis: 'inferred', found },
    });
    const beyond = inferred(range(0.124, 10_000));

    test('stand behind inputs that have drifted', () => {
      const got = cause([beyond, drift('distance', 9), drift('score', 4)]);
      expect(got.kind).toBe('input_drift');
      expect(got.inferred).toBe(false);
      expect(got.columns.map((c) => c.metric)).toContain('quality.range_share');
    });

    test('stand before predictions that have, and are said to be no more than that', () => {
      const got = cause([beyond, drift('score', 4)]);
      expect(got).toMatchObject({ kind: 'data_quality', inferred: true });
      expect(got.summary).toBe(
        'Values came that the reference never had: distance: 12.4 % of values above 2,724 (reference 0 %).',
      );
    });

    test('are the cause of their own alert', () => {
      const got = cause([beyond, drift('distance', 9)], { subject: beyond, worse: 'higher' });
      expect(got).toMatchObject({ kind: 'data_quality', inferred: true });
    });

    test('do not make a broken promise less grave', () => {
      const missing = measurement({ metric: 'quality.missing_share', column: 'carrier', value: 0.3, reference: 0 });
      const got = cause([beyond, inferred(missing), drift('distance', 9)]);
      expect(got.columns[0]!.metric).toBe('quality.missing_share');
      expect(got).toMatchObject({ kind: 'data_quality' });
      expect(got.inferred).toBe(false);
    });

    test('by chance are nothing', () => {
      expect(cause([inferred(range(0.02, 60), false), drift('distance', 0.2)]).kind).toBe('concept');
    });
  });

  test('an alert on a slice looks at the columns of that slice', () => {
    const got = cause([drift('distance', 5, { slice: 'origin=ATL' }), drift('distance', 0.2)], {
      subject: measurement({ value: 0.7, slice: 'origin=ATL' }),
    });
    expect(got.kind).toBe('input_drift');
  });

  test('what is not sure, and what is of a shadow version, is not a suspect', () => {
    const got = cause([
      drift('distance', 5, { status: 'insufficient' }),
      drift('distance', 5, { version: 'v2' }),
      drift('dep_delay', 0.1),
    ]);
    expect(got.kind).toBe('concept');
  });
});
