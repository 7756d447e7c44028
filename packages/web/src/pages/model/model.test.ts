import { describe, expect, it } from 'vitest';
import { measurements } from '../../../test/fixtures.ts';
import { isFinding, qualityRows } from './quality-rows.ts';
import { modelSearch } from './search.ts';

describe('modelSearch', () => {
  it('keeps what a page knows and drops the rest', () => {
    const given = { tab: 'drift', range: '30d', metric: 'f1', at: '2026-05-01T00:00:00.000Z', evil: 1 };
    const { evil: _, ...known } = given;
    expect(modelSearch(given)).toEqual(known);
    expect(modelSearch({ tab: 'nowhere', range: '3y', metric: 7, at: 'yesterday', column: '' })).toEqual({});
  });
});

describe('qualityRows', () => {
  const quality = measurements.filter(({ metric, column }) => metric.startsWith('quality.') && column !== '');
  const rows = qualityRows(quality, 'column');

  it('has the columns with the worst findings first', () => {
    expect(rows.slice(0, 3).map(({ key, worst }) => [key, worst?.metric])).toEqual([
      ['taxi_out', 'quality.correlation_shift'],
      ['distance', 'quality.range_share'],
      ['carrier', 'quality.new_category_share'],
    ]);
  });

  it('does not call a finding what the reference had too', () => {
    expect(rows.find(({ key }) => key === 'visibility')!.worst).toBeNull();
  });

  it('gives the last window of each metric that applies', () => {
    expect([...rows.find(({ key }) => key === 'carrier')!.last.keys()]).toEqual([
      'quality.missing_share',
      'quality.new_category_share',
    ]);
  });

  it('takes what the check calls a finding for one, whatever the size', () => {
    const shift = quality.filter(({ metric }) => metric === 'quality.correlation_shift');
    const none = shift.map((one) => ({ ...one, detail: { found: false } }));
    expect(qualityRows(none, 'column')[0]!.worst).toBeNull();
    expect(isFinding(shift.at(-1)!)).toBe(true);
    expect(isFinding({ ...shift.at(-1)!, value: 0.0001 })).toBe(true);
  });

  it('has a row for each metric of the window as a whole', () => {
    const whole = measurements.filter(({ metric, column }) => metric.startsWith('quality.') && column === '');
    expect(qualityRows(whole, 'metric').map(({ key, worst }) => [key, worst !== null])).toEqual([
      ['quality.row_count_score', true],
      ['quality.duplicate_share', true],
      ['quality.age_seconds', false],
      ['quality.gap_seconds', false],
      ['quality.late_share', false],
      ['quality.rows', false],
    ]);
  });
});
