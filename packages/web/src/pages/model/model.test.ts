import { describe, expect, it } from 'vitest';
import { measurements } from '../../../test/fixtures.ts';
import { qualityRows } from './quality-rows.ts';
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
  const metrics = ['quality.missing_share', 'quality.range_share', 'quality.new_category_share'];
  const rows = qualityRows(
    measurements.filter(({ metric }) => metrics.includes(metric)),
    metrics,
  );

  it('has the columns with the worst findings first', () => {
    expect(rows.slice(0, 2).map(({ column, worst }) => [column, worst?.metric])).toEqual([
      ['distance', 'quality.range_share'],
      ['carrier', 'quality.new_category_share'],
    ]);
  });

  it('does not call a finding what the reference had too', () => {
    expect(rows.find(({ column }) => column === 'visibility')!.worst).toBeNull();
  });

  it('gives the last window of each metric that applies', () => {
    expect([...rows.find(({ column }) => column === 'carrier')!.last.keys()]).toEqual([
      'quality.missing_share',
      'quality.new_category_share',
    ]);
  });
});
