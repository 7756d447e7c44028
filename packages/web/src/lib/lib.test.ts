import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { config, runs } from '../../test/fixtures.ts';
import {
  escapeHtml,
  formatBytes,
  formatCount,
  formatDifference,
  formatMetric,
  formatNumber,
  formatShare,
  formatTick,
} from './format.ts';
import { describeMetric } from './metrics.ts';
import { runSteps } from './states.ts';
import { endOf, formatDuration, formatTime, formatWindow, later, lengthMs, spanOf, withReadableTimes } from './time.ts';
import { toYaml } from './yaml.ts';

describe('numbers', () => {
  const rows: [number | null, string][] = [
    [null, '–'],
    [Number.NaN, '–'],
    [0, '0'],
    [0.741_23, '0.741'],
    [0.004_21, '0.0042'],
    [0.000_42, '0.00042'],
    [3, '3'],
    [Math.PI, '3.14'],
    [123.456, '123.5'],
    [12_345.6, '12,346'],
    [-0.0123, '-0.012'],
  ];
  it.each(rows)('%s is written %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('shares are percentages, and the smallest are not called zero', () => {
    expect([0, 0.2071, 0.0042, 0.00001, 1].map(formatShare)).toEqual(['0 %', '20.7 %', '0.42 %', '< 0.01 %', '100 %']);
  });

  it('each metric in its unit', () => {
    expect(formatMetric('service.latency_p95', 31.28)).toBe('31.28 ms');
    expect(formatMetric('quality.missing_share', 0.021)).toBe('2.1 %');
    expect(formatMetric('quality.rows', 12_000)).toBe('12 k');
    expect(formatMetric('kpi.revenue_share', 0.5)).toBe('50.0 %');
    expect(describeMetric('kpi.refund_rate').label).toBe('Refund rate');
    expect(formatMetric('quality.age_seconds', 11_000)).toBe('3.06 h');
    expect(formatMetric('quality.age_seconds', 42)).toBe('42 s');
  });

  it('a metric of a family is named after the metric that it is of', () => {
    expect(describeMetric('estimated.roc_auc')).toEqual({
      label: 'ROC AUC, estimated',
      unit: 'number',
      better: 'higher',
    });
    expect(describeMetric('estimated.accuracy').unit).toBe('share');
    expect(describeMetric('fairness.precision')).toEqual({ label: 'Precision', unit: 'share', better: null });
    expect(describeMetric('fairness.true_positive_rate')).toMatchObject({ label: 'True positive rate', unit: 'share' });
    expect(describeMetric('fairness.demographic_parity_ratio').unit).toBe('number');
    expect(describeMetric('detector.adwin').unit).toBe('count');
  });

  it('differences have their sign, those of shares in percentage points', () => {
    expect(formatDifference('roc_auc', -0.0029)).toBe('−0.0029');
    expect(formatDifference('recall', 0.012)).toBe('+1.20 pp');
    expect(formatDifference('recall', null)).toBe('–');
  });

  it('ticks carry no needless zeros', () => {
    expect([formatTick('accuracy', 0.3), formatTick('roc_auc', 0.1), formatTick('service.latency_p50', 1_500)]).toEqual(
      ['30 %', '0.1', '1,500 ms'],
    );
  });

  it('counts and sizes are short', () => {
    expect([999, 12_345, 4_500_000].map(formatCount)).toEqual(['999', '12.3 k', '4.5 M']);
    expect([12, 421_900, 5_000_000_000].map(formatBytes)).toEqual(['12 B', '412.0 KiB', '4.7 GiB']);
  });
});

describe('time', () => {
  it('a range ends with the newest data, at the end of its UTC day', () => {
    expect(spanOf('14d', '2001-03-15T07:00:00.000Z')).toEqual({
      from: '2001-03-02T00:00:00.000Z',
      to: '2001-03-16T00:00:00.000Z',
    });
  });

  it('is shown in the zone of the viewer', () => {
    const now = new Date('2026-06-01T00:00:00Z');
    expect(formatTime('2026-05-24T22:30:00.000Z', now, 'Europe/Berlin')).toBe('25 May, 00:30');
    expect(formatTime('2001-05-24T22:30:00.000Z', now, 'UTC')).toContain('2001');
  });

  it('windows are named by their UTC days', () => {
    expect(formatWindow('2026-05-24T00:00:00.000Z', '2026-05-25T00:00:00.000Z')).toBe('2026-05-24');
    expect(formatWindow('2026-05-24T00:00:00.000Z', '2026-05-31T00:00:00.000Z')).toBe('2026-05-24 to 2026-05-30');
    expect(formatWindow('2026-05-24T05:00:00.000Z', '2026-05-24T06:00:00.000Z')).toBe('2026-05-24 05:00 to 06:00 UTC');
  });

  it('durations have at most two parts', () => {
    expect([12_000, 61_000, 3_660_000, 109_800_000, 1_900_800_000].map(formatDuration)).toEqual([
      '12 s',
      '1 min',
      '1 h 1 min',
      '1 d 6 h',
      '22 d',
    ]);
  });

  it('lengths of the configuration in milliseconds, and the end of a span by them', () => {
    expect(['90s', '15m', '1h', '1d', '4w'].map(lengthMs)).toEqual([
      90_000, 900_000, 3_600_000, 86_400_000, 2_419_200_000,
    ]);
    const span = { from: '2026-05-01T00:00:00.000Z', to: '2026-05-31T00:00:00.000Z' };
    expect(endOf(span, lengthMs('1d'))).toEqual({ ...span, from: '2026-05-30T00:00:00.000Z' });
    expect(endOf(span, lengthMs('9w'))).toEqual(span);
  });

  it('instants within a sentence', () => {
    expect(withReadableTimes('served until 2026-06-11T09:00:00.000Z, and from 2026-06-12T10:30:00Z')).toBe(
      'served until 2026-06-11 09:00 UTC, and from 2026-06-12 10:30 UTC',
    );
    expect(withReadableTimes('version 2026-05-11')).toBe('version 2026-05-11');
  });

  it('the later of two instants, one of which may be missing', () => {
    expect(later(null, '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
    expect(later('2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00Z');
  });
});

describe('runSteps', () => {
  it('shows where a run is that waits for a decision', () => {
    expect(runSteps(runs[0]!).map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done', 'now']);
  });

  it('shows a suggestion as one, and what was dropped before it began as that', () => {
    const first = (state: 'suggested' | 'cancelled') =>
      runSteps({ state, dataset: null, challenger: null, gates: [], begunAt: null })[0];
    expect(first('suggested')).toEqual({ label: 'Suggested', status: 'now' });
    expect(first('cancelled')).toEqual({ label: 'Cancelled', status: 'failed' });
  });

  it('shows where a run broke off, by the traces that it left', () => {
    const broken = { state: 'failed' as const, dataset: {}, challenger: null, gates: [] };
    expect(runSteps(broken).map(({ label, status }) => `${label} ${status}`)).toEqual([
      'Queued done',
      'Data prepared done',
      'Failed failed',
      'Evaluated ahead',
      'Decided ahead',
    ]);
  });
});

describe('toYaml', () => {
  it('is read back as what it was', () => {
    expect(parse(toYaml(config))).toEqual(JSON.parse(JSON.stringify(config)));
  });

  it('quotes what would be read as something else', () => {
    const tricky = {
      a: 'true',
      b: '1',
      c: '- x',
      d: 'a: b',
      e: '',
      f: '1d',
      g: [],
      h: {},
      i: null,
      'odd key': '#x',
      j: ' y',
    };
    expect(parse(toYaml(tricky))).toEqual(tricky);
  });
});

describe('escapeHtml', () => {
  it('leaves nothing that a browser would take for markup', () => {
    expect(escapeHtml(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  });
});
