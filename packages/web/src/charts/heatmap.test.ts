import { describe, expect, it } from 'vitest';
import { distribution, measurements } from '../../test/fixtures.ts';
import { distributionOption } from './distribution.ts';
import { cellKey, cellValue, describeDrift, heatmapClasses, heatmapOption, toGrid } from './heatmap.ts';
import { palettes } from './palette.ts';

const grid = toGrid(measurements.filter(({ metric }) => metric === 'drift.score'));
const cell = (column: string, day: number) => grid.cells.get(cellKey(column, grid.windows[day]!));

describe('toGrid', () => {
  it('puts what drifts now above what drifted once', () => {
    const place = (column: string) => grid.columns.indexOf(column);
    expect(grid.columns.slice(0, 3).sort()).toEqual(['taxi_out', 'temperature', 'visibility']);
    expect(place('distance')).toBeLessThan(place('wind_speed'));
  });
});

describe('cellValue', () => {
  it('tells no data, too few and a score apart, so that none is taken for zero', () => {
    expect(cellValue(undefined)).toBe(-2);
    expect(cellValue(cell('distance', 63))).toBe(-2);
    expect(cellValue(cell('distance', 65))).toBe(-1);
    expect(cellValue(cell('distance', 51))).toBeGreaterThan(4);
  });
});

describe('heatmapClasses', () => {
  it('cover every value once and break at the threshold', () => {
    const classes = heatmapClasses(palettes.light);
    const holding = (value: number) =>
      classes.filter(({ gte, lt }) => value >= gte && value < (lt ?? Number.POSITIVE_INFINITY));
    for (const value of [-2, -1, 0, 0.2, 0.5, 0.999, 1, 1.99, 2, 4, 80]) expect(holding(value)).toHaveLength(1);
    expect(holding(0.999)[0]!.color).not.toBe(holding(1)[0]!.color);
  });
});

describe('heatmapOption', () => {
  it('has a cell for each column and window, and a frame around the chosen one', () => {
    const chosen = { column: 'distance', window: grid.windows[51]! };
    const option = heatmapOption({ grid, palette: palettes.dark, chosen }) as {
      series: { data: { itemStyle?: object }[] }[];
    };
    const { data } = option.series[0]!;
    expect(data).toHaveLength(grid.columns.length * grid.windows.length);
    expect(data.filter(({ itemStyle }) => itemStyle)).toHaveLength(1);
  });
});

describe('describeDrift', () => {
  it('names the test with statistic, threshold, p and verdict', () => {
    expect(new Map(describeDrift(cell('distance', 51)!)).get('Verdict')).toBe('drifted');
    expect(describeDrift(cell('distance', 51)!).map(([name]) => name)).toEqual([
      'Score',
      'Test',
      'Statistic',
      'Threshold',
      'p',
      'Judged at the level',
      'Verdict',
      'Rows',
    ]);
  });

  it('has words in place of a score that is not there', () => {
    expect(describeDrift(cell('distance', 63)!)[0]).toEqual(['Score', 'no data']);
  });
});

describe('distributionOption', () => {
  it('sets the shares now over those of the reference', () => {
    const given = distribution('distance');
    const { series } = distributionOption(given, palettes.light) as { series: { id: string; data: number[] }[] };
    expect(series.map(({ id }) => id)).toEqual(['reference', 'current']);
    expect(series[1]!.data).toEqual(given.cells.map(({ current }) => current));
  });
});
