import { describe, expect, it } from 'vitest';
import { config, marks, measurements, windows } from '../../test/fixtures.ts';
import { detectionsOf } from './detections.ts';
import { packRows } from './lanes.ts';
import { palettes } from './palette.ts';
import { middle, toPoints } from './series.ts';
import { thresholdsOf } from './thresholds.ts';
import { describePoint, type TimelineInput, timelineOption } from './timeline.ts';

const metric = 'calibration_error';
const own = measurements.filter((one) => one.metric === metric && one.slice === '');
const points = toPoints(
  own.filter(({ version }) => version === ''),
  windows,
);
const input: TimelineInput = {
  metric,
  points,
  span: { from: points[0]!.start, to: points.at(-1)!.end },
  thresholds: thresholdsOf(config.rules, { metric }, points),
  marks,
  shaded: marks.filter(({ label }) => label === 'calibration'),
  shadows: [{ version: 'v3', points: toPoints(own.filter(({ version }) => version === 'v3')) }],
  estimates: toPoints(measurements.filter((one) => one.metric === `estimated.roc_auc`)),
  detections: detectionsOf(measurements),
  full: true,
  palette: palettes.light,
};

// biome-ignore lint/suspicious/noExplicitAny: an option is a tree that ECharts types only as unknown
const option = (given: Partial<TimelineInput> = {}): any => timelineOption({ ...input, ...given });
const series = (id: string, given: Partial<TimelineInput> = {}) =>
  option(given).series.find((one: { id: string }) => one.id === id);
const tip = (i: number, given: Partial<TimelineInput> = {}): string =>
  option(given).tooltip.formatter([{ axisValue: middle(points[i]!) }]);

describe('timelineOption', () => {
  it('breaks the line where there is no usable number', () => {
    const values = series('value').data.map((one: { value: number[] }) => one.value[1]);
    expect([values[63], values[65], values[119]]).toEqual([null, null, null]);
    expect(values[62]).toBeTypeOf('number');
  });

  it('shows a number of too few rows apart from the line', () => {
    expect(series('too few').data).toHaveLength(1);
  });

  it('draws the interval as its lower end and its width', () => {
    const [lower, width] = [series('lower').data[10][1], series('width').data[10][1]];
    expect(lower).toBeCloseTo(points[10]!.lower!);
    expect(lower + width).toBeCloseTo(points[10]!.upper!);
  });

  it('marks each gap with its reason and each alert about the metric', () => {
    const areas = series('value').markArea.data;
    expect(areas).toHaveLength(3 + 1);
    expect(areas.map(([from]: [{ label?: { formatter: string } }]) => from.label?.formatter)).toEqual([
      'no data',
      'not enough data',
      'waiting for labels',
      undefined,
    ]);
  });

  it('has lanes for what happened and a strip for the coverage of labels', () => {
    expect(option().grid).toHaveLength(3);
    expect(series('alerts').data).toHaveLength(4);
    expect(
      series('events')
        .data.map(({ name }: { name: string }) => name)
        .sort(),
    ).toEqual(['v1', 'v1b', 'v2', 'v2', 'v4']);
  });

  it('is the lines alone where it is small', () => {
    expect(option({ full: false }).grid).toHaveLength(1);
    expect(series('alerts', { full: false })).toBeUndefined();
  });

  it('compares with versions in the shadow', () => {
    expect(series('shadow v3').data.length).toBeGreaterThan(5);
    expect(tip(100)).toContain('v3 in shadow');
  });

  it('draws the estimate with its interval, and marks where it was withdrawn', () => {
    expect(series('estimate').data.length).toBeGreaterThan(100);
    expect(series('estimate lower').stack).not.toBe(series('lower').stack);
    expect(series('estimate').markArea.data).toHaveLength(1);
    expect(tip(95)).toContain('No estimate: withdrawn: the latest labels lie off');
    expect(tip(118)).toMatch(/Estimate.*0\.7\d+ \(0\.7\d+ to 0\.7\d+\)/);
    expect(series('estimate', { estimates: [] })).toBeUndefined();
  });

  it('has a lane for detectors where the monitor has some', () => {
    const lanes = (given: Partial<TimelineInput>) => option(given).yAxis[1].data;
    expect(lanes({})).toEqual(['Versions', 'Runs', 'Alerts', 'Detectors']);
    expect(lanes({ detections: null })).toEqual(['Versions', 'Runs', 'Alerts']);
    const marked = series('detections');
    expect(marked.data).toHaveLength(3);
    expect(marked.tooltip.formatter({ data: marked.data[0] })).toContain('Change found by adwin');
    for (const id of ['alerts', 'events', 'detections']) expect(series(id).tooltip.trigger).toBe('item');
  });

  it('says in the tooltip why a window has no number', () => {
    expect(tip(63)).toContain('no prediction came in this window');
    expect(tip(119)).toContain('predictions have their label so far');
    expect(tip(20)).toContain('0.050 (calibration)');
  });

  it('writes what the data say as text, never as HTML', () => {
    const reason = '<img src=x onerror=alert(1)>';
    const html = tip(0, { points: points.map((point) => ({ ...point, reason })) });
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img');
  });
});

describe('describePoint', () => {
  it('gives a number of too few rows together with its state', () => {
    const rows = new Map(describePoint(metric, points[65]!));
    expect(rows.get('State')).toBe('not enough data');
  });

  it('has no number for a window without one', () => {
    expect(new Map(describePoint(metric, points[63]!)).get('Calibration error')).toBe('no data');
  });
});

describe('packRows', () => {
  it('puts what overlaps below one another and uses a row again when it is free', () => {
    const rows = packRows([
      { from: 0, to: 10 },
      { from: 5, to: 20 },
      { from: 12, to: 14 },
      { from: 13, to: 30 },
    ]);
    expect(rows).toEqual([0, 1, 0, 2]);
  });
});
