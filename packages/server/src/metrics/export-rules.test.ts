import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelConfig, RuleConfig } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { exportRules } from './export-rules.ts';

const rule = (given: Record<string, unknown>) => RuleConfig.parse({ name: 'r', metric: 'roc_auc', ...given });
const model = (rules: RuleConfig[]) => ({
  ...ModelConfig.parse({
    name: 'flights',
    task: 'binary',
    owner: 'ops',
    columns: { features: { a: { type: 'numeric' } }, prediction: 'p', label: 'l' },
  }),
  rules,
});
const only = (given: Record<string, unknown>) => exportRules([model([rule(given)])]).groups[0]?.rules[0];
const of = (metric: string, column = 'column=""') =>
  `{model="flights",monitor="daily",metric="${metric}",${column},slice="",version=""}`;

describe('a rule as Prometheus has it', () => {
  const m = of('roc_auc');
  test.each([
    { name: 'below', given: { below: 0.7 }, expr: `leeway_measurement${m} < 0.7` },
    {
      name: 'outside',
      given: { outside: [0.1, 0.9] },
      expr: `(leeway_measurement${m} < 0.1) or (leeway_measurement${m} > 0.9)`,
    },
    {
      name: 'each column',
      given: { metric: 'drift.score', column: '*', above: 1 },
      expr: `leeway_measurement${of('drift.score', 'column!=""')} > 1`,
    },
    {
      name: 'a tenth below the reference',
      given: { below: -0.1, against: 'reference', relative: true },
      expr: `leeway_measurement${m} < (leeway_measurement_reference${m} + -0.1 * abs(leeway_measurement_reference${m}))`,
    },
    {
      name: 'significantly',
      given: { below: 0.7, significant: true },
      expr: `leeway_measurement${m} < 0.7 unless leeway_measurement_upper${m} >= 0.7`,
    },
    {
      name: 'with enough rows',
      given: { below: 0.7, minimumRows: 50 },
      expr: `(leeway_measurement${m} < 0.7) and leeway_measurement_rows${m} >= 50`,
    },
  ])('$name', ({ given, expr }) => expect(only(given)?.expr).toBe(expr));

  test('three windows of a day are two days after the first; what is kept firing is kept', () => {
    expect(only({ below: 0.7, for: 3, keepFiring: 1 })).toMatchObject({ for: '172800s', keep_firing_for: '86400s' });
    expect(only({ below: 0.7 })).not.toHaveProperty('for');
  });

  test.each([
    { against: 'previous', below: 0 },
    { threshold: { side: 'below' } },
    { below: 0.7, of: 5, for: 3 },
    { below: 0.7, clear: 0.75 },
    { below: 0.7, noData: 'alert' },
    { below: 0.7, slice: 'a=b' },
    { below: 0.7, minimumCoverage: 0.5 },
    { metric: 'freshness.labels', above: 3 },
    {
      metric: '',
      any: [
        { metric: 'roc_auc', below: 0.7 },
        { metric: 'accuracy', below: 0.7 },
      ],
    },
    { below: 0.7, severity: { cost: { critical: 100 } } },
  ])('what Prometheus cannot say is named: %j', (given) => {
    const { groups, left } = exportRules([model([rule(given)])]);
    expect(groups).toEqual([]);
    expect(left).toEqual([{ model: 'flights', rule: 'r', why: expect.stringMatching(/.{10}/) }]);
  });

  const promtool = process.env['LEEWAY_TEST_PROMTOOL'];
  test.skipIf(!promtool)('promtool takes them', () => {
    const rules = [
      rule({ name: 'a', below: 0.7, for: 3, keepFiring: 1, significant: true, minimumRows: 5 }),
      rule({ name: 'b', outside: [0.1, 0.9], against: 'reference', relative: true, runbook: 'https://x/{{ 1 }}' }),
      rule({ name: 'c', metric: 'drift.score', column: '*', above: 1, labels: { team: 'a"b', 'not-a-label': 'x' } }),
    ];
    const folder = mkdtempSync(join(tmpdir(), 'leeway-rules-'));
    const file = join(folder, 'rules.json'); // YAML too
    writeFileSync(file, JSON.stringify({ groups: exportRules([model(rules)]).groups }));
    expect(execFileSync(promtool!, ['check', 'rules', file]).toString()).toContain('3 rules found');
    rmSync(folder, { recursive: true });
  });
});
