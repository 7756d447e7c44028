import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { PLUGINS } from '../../app/app.ts';
import { iso } from '../../platform/clock.ts';
import { measurement } from '../testdata/measurement.ts';
import { recordTest } from './record-test.ts';
import { renderResult, renderTestJunit } from './render-results.ts';
import { runTests } from './run-tests.ts';
import { readTests } from './test-file.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../../examples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'leeway-rules-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = `
config:
  channels: [{ name: console, type: console }]
  routes: { channels: [console] }
  models:
    - name: flights
      task: binary
      columns: { features: { distance: { type: numeric } }, score: score }
      monitors: [{ name: daily, window: 1d, maturity: { delay: 1d } }]
      rules: [{ name: low, metric: roc_auc, below: 0.75, for: 2 }]
`;

/** Runs tests that are written here. */
async function run(tests: string, options: { update?: boolean } = {}) {
  const path = join(folder, 'rules.test.yaml');
  writeFileSync(path, `${CONFIG}\ntests:\n${tests}`);
  return runTests(await readTests(path), { plugins: PLUGINS, ...options });
}

describe('rules of the examples', () => {
  it.each(['flights', 'bike-sharing'])('%s: their tests pass', async (example) => {
    const results = await runTests(await readTests(join(EXAMPLES, example, 'rules.test.yaml')), { plugins: PLUGINS });
    expect(
      results.map((result) => renderResult({ ...result, milliseconds: 0 }, { color: false })).join(''),
    ).not.toMatch(/^✗/m);
    expect(results.length).toBeGreaterThan(0);
  });
});

describe('a test that fails says what came instead', () => {
  it('names alerts that should not be there, and messages that were not expected', async () => {
    const [result] = await run(`
      - name: quiet
        start: 2001-01-01
        measurements: [{ metric: roc_auc, values: 0.8 0.7 0.7 }]
        alerts: [{ window: 3, expect: [] }, { window: 2, expect: [{ rule: low, state: firing }] }]
        messages: []
`);
    expect(result!.failures).toEqual([
      { what: 'alerts after window 3', expected: [], got: ['low: firing'] },
      { what: 'alerts after window 2', expected: ['low: firing'], got: ['low: pending'] },
      {
        what: 'messages',
        expected: [],
        got: ['console | first | 2001-01-05T00:00:30.000Z | [FIRING] flights: roc_auc is 0.7, threshold 0.75'],
      },
    ]);
    expect(renderResult({ ...result!, milliseconds: 3 }, { color: false })).toContain(
      '    - low: firing\n    + low: pending',
    );
    const junit = renderTestJunit([result!]);
    expect(junit).toContain('tests="1" failures="1"');
    expect(junit).toContain('- low: firing');
  });

  it('compares what is said of an alert, and nothing else', async () => {
    const [result] = await run(`
      - name: labels
        start: 2001-01-01
        measurements: [{ metric: roc_auc, values: 0.7x2 }]
        alerts: [{ window: 2, expect: [{ rule: low, value: 0.6, labels: { team: a, model: flights } }] }]
`);
    expect(result!.failures).toEqual([
      {
        what: 'alerts after window 2',
        expected: ['low: firing, value 0.6, model=flights, team=a'],
        got: ['low: firing, value 0.7, model=flights, team=(none)'],
      },
    ]);
  });

  it('compares whole messages with golden files, which it writes when asked', async () => {
    const test = (value: number) => `
      - name: golden
        start: 2001-01-01
        measurements: [{ metric: roc_auc, values: ${value}x2 }]
        messages: [{ channel: console, golden: first.txt }]
`;
    const [before] = await run(test(0.7));
    expect(before!.failures.map(({ what }) => what)).toEqual(['message 1 to console is first.txt']);
    expect((await run(test(0.7), { update: true }))[0]!.passed).toBe(true);
    expect(readFileSync(join(folder, 'first.txt'), 'utf8')).toContain('roc_auc');
    expect((await run(test(0.7)))[0]!.passed).toBe(true);
    const [changed] = await run(test(0.6));
    expect(changed!.failures[0]!.got.join('\n')).toContain('0.6');
  });
});

describe('a recorded incident', () => {
  const DAY = 86_400_000;
  const START = Date.parse('2001-01-01');
  const day = (n: number, value: number, over: object = {}) =>
    measurement({
      ...{ value, lower: value - 0.01, upper: value + 0.01, coverage: 0.9 },
      ...{
        windowStart: iso(START + n * DAY),
        windowEnd: iso(START + (n + 1) * DAY),
        computedAt: iso(START + (n + 2) * DAY),
      },
      ...over,
    });

  it('becomes a test that passes, with its gaps and its late labels', async () => {
    writeFileSync(join(folder, 'leeway.yaml'), stringify({ apiVersion: 'leeway/v1', ...parse(CONFIG).config }));
    const measured = [0.8, 0.8, 0.7, 0.7, 0.81, 0.8, 0.8].map((value, n) => day(n, value));
    const late = day(3, 0.82, { revision: 1, computedAt: iso(START + 5 * DAY + 3_600_000) });
    const alert = {
      id: 'alert_1',
      rule: 'low',
      model: 'flights',
      column: '',
      slice: '',
      windowStart: iso(START + 3 * DAY),
    };
    const text = await recordTest(
      {
        alert: { ...alert, activeAt: iso(START + 4 * DAY), resolvedAt: iso(START + 6 * DAY) },
        ...{ config: 'leeway.yaml', folder, measurements: [...measured, late, day(2, 0.1, { version: 'v2' })] },
      },
      PLUGINS,
    );
    expect(text).toContain('0.7±0.01>0.82±0.01@60m');
    const path = join(folder, 'recorded.test.yaml');
    writeFileSync(path, text);
    const file = await readTests(path);
    expect(await runTests(file, { plugins: PLUGINS })).toMatchObject([{ passed: true, failures: [] }]);
    const states = file.tests[0]!.alerts.map(({ expect: alerts }) => alerts.map(({ state }) => state).join());
    expect(states).toEqual(['', 'pending', 'firing', '']);
    expect(file.tests[0]!.messages!.map(({ reason }) => reason)).toEqual(['first', 'all resolved']);
  });

  it('is refused where nothing of it is left', async () => {
    const alert = { id: 'alert_1', rule: 'low', model: 'flights', column: '', slice: '', windowStart: iso(START) };
    const recording = { alert: { ...alert, activeAt: iso(START), resolvedAt: null }, config: 'leeway.yaml', folder };
    await expect(recordTest({ ...recording, measurements: [] }, PLUGINS)).rejects.toThrow('nothing is stored');
  });
});

describe('a file with mistakes', () => {
  it.each([
    [
      '- { name: a, start: 2001-01-01, measurements: [{ metric: roc_auc, values: 0.8 }], alert: [] }',
      'rules.test.yaml:13',
    ],
    [
      '- { name: a, start: 2001-01-01, measurements: [{ metric: roc_auc, values: good }] }',
      '"good" stands among the values',
    ],
    [
      '- { name: a, start: "2001-01-01T05:00:00Z", measurements: [{ metric: roc_auc, values: 0.8 }] }',
      'one begins at 2001-01-01',
    ],
    [
      '- { name: a, model: houses, start: 2001-01-01, measurements: [{ metric: m, values: 1 }] }',
      'there is no model "houses"',
    ],
    [
      '- { name: a, start: 2001-01-01, measurements: [{ metric: m, values: 1 }], alerts: [{ window: 9, expect: [] }] }',
      'window 9 has no measurement',
    ],
    [
      '- { name: a, start: 2001-01-01, measurements: [{ metric: m, monitor: weekly, values: 1 }] }',
      'no monitor "weekly"',
    ],
  ])('is refused: %s', async (text, message) => {
    await expect(run(`  ${text}`)).rejects.toThrow(message);
  });
});
