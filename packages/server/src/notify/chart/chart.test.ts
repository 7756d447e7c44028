import { describe, expect, test } from 'vitest';
import { measurement } from '../../alerting/testdata/measurement.ts';
import { HOSTILE } from '../testdata/messages.ts';
import { type ChartData, chartAlt, chartData } from './chart-data.ts';
import { renderChart, renderSvg } from './render-chart.ts';

const DAY = 86_400_000;
const T = Date.parse('2001-01-08T00:00:00Z');
const at = (i: number) => T - (29 - i) * DAY;

const alert = {
  model: 'flights',
  metric: 'roc_auc',
  column: '',
  slice: '',
  value: 0.71,
  threshold: 0.75,
  reference: 0.81,
};
const series = Array.from({ length: 30 }, (_, i) => {
  const value = i === 10 ? null : i < 27 ? 0.81 + 0.01 * Math.sin(i) : 0.74 - 0.01 * (i - 27);
  return measurement({
    metric: 'roc_auc',
    windowStart: new Date(at(i)).toISOString(),
    windowEnd: new Date(at(i) + DAY).toISOString(),
    value,
    lower: value === null ? null : value - 0.01,
    upper: value === null ? null : value + 0.01,
    status: value === null ? 'no_data' : 'ok',
  });
});
const data = chartData(alert, series, [
  { version: 'v6', startedAt: at(0) - DAY },
  { version: 'v7', startedAt: at(26) },
])!;

describe('what is drawn', () => {
  test('windows in their order, gaps as gaps, bad ones beyond the threshold on the side of the alert', () => {
    expect(data.points).toHaveLength(30);
    expect(data.points[10]).toEqual({ at: at(10), value: null, lower: null, upper: null, bad: false });
    expect(data.points.flatMap(({ bad }, i) => (bad ? [i] : []))).toEqual([27, 28, 29]);
  });

  test('versions that came into service within it', () => {
    expect(data.deploys).toEqual([{ at: at(26), label: 'v7' }]);
  });

  test('the last sixty windows, and nothing where there are fewer than two values', () => {
    const long = Array.from({ length: 100 }, (_, i) => ({ ...series[0]!, windowStart: new Date(at(i)).toISOString() }));
    const { points } = chartData(alert, long, [])!;
    expect([points.length, points.at(-1)!.at]).toEqual([60, at(99)]);
    expect(chartData(alert, series.slice(9, 11), [])).toBeNull();
    expect(chartData(alert, [], [])).toBeNull();
  });

  test('in words', () => {
    expect(chartAlt(data)).toBe(
      'flights: roc_auc, 30 windows from 0.72 to 0.8199, last 0.72; 3 beyond the threshold 0.75: ▇███·▇▇███▇▇▇████▇▇██▂▁▁',
    );
  });
});

describe('the picture', () => {
  test('names its lines, its axes and the version', async () => {
    const svg = await renderSvg(data);
    for (const text of [
      'flights: roc_auc',
      'threshold 0.75',
      'reference 0.81',
      'v7',
      '3 bad (red)',
      'Jan 8',
      'start of the window, UTC',
    ]) {
      expect(svg).toContain(text);
    }
    expect(svg.match(/#c92a2a/g)!.length).toBeGreaterThanOrEqual(4); // three bad windows and the threshold
  });

  test('labels of lines that lie close together do not touch', async () => {
    const svg = await renderSvg({ ...data, reference: 0.7501 });
    const heights = [...svg.matchAll(/translate\([\d.]+ ([\d.]+)\)[^>]*>(?:threshold|reference)/g)].map(([, y]) =>
      Number(y),
    );
    expect(heights).toHaveLength(2);
    expect(Math.abs(heights[0]! - heights[1]!)).toBeGreaterThanOrEqual(11);
  });

  test('text of the data is text in the picture', async () => {
    const svg = await renderSvg({ ...data, title: HOSTILE });
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('&lt;b&gt;');
  });

  test.each<{ intent: string; of: ChartData }>([
    { intent: 'as it is', of: data },
    {
      intent: 'of one value throughout',
      of: {
        ...data,
        threshold: null,
        reference: null,
        points: data.points.map((p) => ({ ...p, value: 0, lower: null, upper: null })),
      },
    },
    {
      intent: 'of huge numbers',
      of: { ...data, points: data.points.map((p) => ({ ...p, value: p.value && p.value * 1e12 })) },
    },
    {
      intent: 'of negative numbers',
      of: { ...data, points: data.points.map((p) => ({ ...p, value: p.value && -p.value })) },
    },
  ])('is a PNG of 1280 by 480, $intent', async ({ of }) => {
    const png = await renderChart(of);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 480]);
    expect(png.length).toBeGreaterThan(5_000);
    expect(png.length).toBeLessThan(200_000);
  });

  test('the same data give the same picture, and it is kept', async () => {
    const [first, again] = [await renderChart(data), await renderChart(structuredClone(data))];
    expect(again).toBe(first);
    expect((await renderChart({ ...data, title: 'another' })).equals(first)).toBe(false);
  });

  test('is drawn in less than 200 ms', async () => {
    await renderChart(data);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const begin = performance.now();
      await renderChart({ ...data, title: `flights ${i}` });
      times.push(performance.now() - begin);
    }
    // Of five, the fastest: other work on the machine is not what is measured.
    expect(Math.min(...times)).toBeLessThan(200);
  });
});
