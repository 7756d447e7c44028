import { describe, expect, it } from 'vitest';
import { alerts, config, marks, measurements } from '../../test/fixtures.ts';
import { alertOption, badWindows, drawnSpan, linesOf, spanAround } from './alert.ts';
import { palettes } from './palette.ts';
import { middle, type Point, toPoints } from './series.ts';

const DAY_MS = 86_400_000;
const day = (n: number) => new Date(Date.UTC(2026, 2, 1) + n * DAY_MS).toISOString();
const point = (n: number, given: Partial<Point> = {}): Point => ({
  ...{ start: Date.parse(day(n)), end: Date.parse(day(n + 1)), status: 'ok', reason: '', value: 0 },
  ...{ lower: null, upper: null, reference: null, threshold: null, coverage: null, n: 100, revision: 0 },
  ...given,
});

describe('spanAround', () => {
  const open = { windowStart: day(50), windowEnd: day(51), activeAt: day(41), resolvedAt: null };
  it('shows thirty windows before the alert and eight after its newest', () => {
    expect(spanAround(open)).toEqual({ from: day(10), to: day(59) });
  });
  it('goes on to the end of one that is over', () => {
    expect(spanAround({ ...open, resolvedAt: day(60) })).toEqual({ from: day(10), to: day(68) });
  });
  it('shows the end of one that lasts for very long', () => {
    expect(spanAround({ ...open, activeAt: day(-400) })).toEqual({ from: day(59 - 240), to: day(59) });
  });
  it('takes a day for a window without a length', () => {
    expect(spanAround({ ...open, windowEnd: open.windowStart, activeAt: day(50) })).toEqual({
      from: day(19),
      to: day(58),
    });
  });
});

describe('drawnSpan', () => {
  const span = { from: day(0), to: day(50) };
  const drawn = (points: Point[], resolvedAt: string | null) => {
    const { from, to } = drawnSpan(span, points, resolvedAt);
    return [new Date(from).toISOString(), new Date(to).toISOString()];
  };
  it('leaves out the time before the first window and after the last', () => {
    expect(drawn([point(10), point(20)], null)).toEqual([day(10), day(21)]);
  });
  it('goes to the end of the alert, which may come later', () => {
    expect(drawn([point(10), point(20)], day(30))).toEqual([day(10), day(30)]);
  });
  it('never shows more than was asked for', () => {
    expect(drawn([point(-5), point(60)], null)).toEqual([day(0), day(50)]);
  });
  it('is the whole of it without a window', () => expect(drawn([], null)).toEqual([day(0), day(50)]));
});

describe('linesOf', () => {
  const points = [point(0, { reference: 0.8 }), point(1, { reference: 0.8 })];
  const subject = { metric: 'roc_auc', column: '', slice: '', value: 0.7, threshold: 0.75 };

  it('takes the threshold of the rule for every window', () => {
    const { lines, exact } = linesOf({ rule: 'auc-drop', severity: 'warning' }, subject, config.rules, points);
    expect(exact).toBe(true);
    expect(lines.map(({ values }) => values)).toEqual([[expect.closeTo(0.76), expect.closeTo(0.76)]]);
  });
  it('takes the number of the alert where the configuration no longer has the rule', () => {
    const { lines, exact } = linesOf({ rule: 'gone', severity: 'info' }, subject, config.rules, points);
    expect(exact).toBe(false);
    expect(lines).toMatchObject([{ rule: 'gone', side: 'below', values: [0.75, 0.75] }]);
  });
  it('does so for a learned threshold, which differs from window to window', () => {
    const rule = { ...config.rules[1]!, threshold: {} as never };
    expect(linesOf({ rule: rule.name, severity: 'info' }, subject, [rule], points).exact).toBe(false);
  });
  it('has no line where there is no threshold', () => {
    const none = { ...subject, threshold: null };
    expect(linesOf({ rule: 'gone', severity: 'info' }, none, [], points).lines).toEqual([]);
  });
});

describe('badWindows', () => {
  const above = { rule: 'r', severity: 'warning' as const, side: 'above' as const, values: [1, 1, 1, null, 1] };
  const points = [
    point(0, { value: 1 }),
    point(1, { value: 1.5 }),
    point(2, { value: 1.5, status: 'insufficient' }),
    point(3, { value: 1.5 }),
    point(4, { value: 2 }),
  ];
  const days = (found: Point[]) => found.map(({ start }) => new Date(start).toISOString());

  it('are those beyond the threshold, with enough rows, where there is a threshold', () => {
    expect(days(badWindows(points, { lines: [above], exact: true }, points[4]!.start))).toEqual([day(1), day(4)]);
  });
  it('is the newest one only where the threshold of the others is not known', () => {
    expect(days(badWindows(points, { lines: [above], exact: false }, points[4]!.start))).toEqual([day(4)]);
  });
  it('lie below a lower limit', () => {
    const below = { ...above, side: 'below' as const, values: points.map(() => 1.2) };
    expect(days(badWindows(points, { lines: [below], exact: true }, 0))).toEqual([day(0)]);
  });
});

describe('alertOption', () => {
  const alert = alerts.find(({ id }) => id === 'alert-5')!;
  const points = toPoints(
    measurements.filter(({ metric, slice, version }) => metric === alert.metric && slice === '' && version === ''),
  );
  const limits = linesOf(alert, alert, config.rules, points);
  const bad = badWindows(points, limits, Date.parse(alert.windowStart));
  // biome-ignore lint/suspicious/noExplicitAny: an option is a tree that ECharts types only as unknown
  const option: any = alertOption({
    ...{ alert, metric: alert.metric, points, bad, marks, lines: limits.lines, full: true, palette: palettes.light },
    span: { from: points[0]!.start, to: points.at(-1)!.end },
  });
  const series = (id: string) => option.series.find((one: { id: string }) => one.id === id);

  it('has a dot on each bad window', () => {
    expect(bad).toHaveLength(23);
    expect(series('bad').data).toEqual(bad.map((one) => [middle(one), one.value]));
  });
  it('shades the time of the alert and of no other', () => {
    const areas = series('value').markArea.data.filter(([from]: [{ label?: unknown }]) => from.label === undefined);
    expect(areas.map(([from]: [{ xAxis: number }]) => from.xAxis)).toEqual([Date.parse(alert.firedAt!)]);
  });
  it('has the interval, the threshold and a line where a version was put to work', () => {
    expect(series('lower')).toBeDefined();
    expect(series('threshold calibration above')).toBeDefined();
    expect(series('value').markLine.data.map(({ xAxis }: { xAxis: number }) => xAxis)).toContain(
      Date.parse(marks.find(({ kind, id }) => kind === 'version' && id === 'v2')!.at),
    );
  });
});
