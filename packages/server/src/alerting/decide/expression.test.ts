import { describe, expect, test } from 'vitest';
import { measurement } from '../testdata/measurement.ts';
import { ExpressionError, parseExpression } from './expression.ts';

const MONDAY = Date.parse('2026-03-30T00:00:00Z');
const measurements = new Map(
  Object.entries({
    roc_auc: measurement({ value: 0.7, lower: 0.65, upper: 0.75, reference: 0.8, n: 40 }),
    'drift.score of age': measurement({ value: 1.5 }),
    mae: measurement({ value: null, n: 0, status: 'no_data', reason: 'no label came' }),
  }),
);
const model = { name: 'churn', task: 'binary', owner: 'ops', labels: { tier: 'gold' } };
const judge = (text: string) =>
  parseExpression(text).evaluate({ measurements, windowStart: MONDAY, windowEnd: MONDAY + 86_400_000, model });

describe('an expression', () => {
  test.each<[text: string, verdict: string]>([
    ['m["roc_auc"].value < 0.75', 'breach'],
    ['m["roc_auc"].value < 0.65', 'clear'],
    ['m["roc_auc"].upper < m["roc_auc"].reference && m["drift.score of age"].value > 1.0', 'breach'],
    ['m["roc_auc"].value * 2 < 2 - 0.5', 'breach'],
    ['m["roc_auc"].n >= 40 && m["roc_auc"].n / 2 == 20', 'breach'],
    ['m["mae"].value > 1.0', 'no_data'],
    ['m["mae"].value > 1.0 || m["roc_auc"].value < 0.75', 'breach'],
    ['m["mae"].value > 1.0 && m["roc_auc"].value < 0.1', 'clear'],
    ['m["mae"].value > 1.0 || m["roc_auc"].value < 0.1', 'no_data'],
    ['m["mae"].status == "no_data"', 'breach'],
    ['m["nothing.measured"].value > 1.0', 'no_data'],
    ['m["roc_auc"].coverage > 0.5', 'no_data'],
    ['m["roc_auc"].value < 0.75 && window.hours == 24.0 && window.start.getDayOfWeek() == 1', 'breach'],
    ['m["roc_auc"].value < (model.labels["tier"] == "gold" ? 0.75 : 0.6)', 'breach'],
    ['m["roc_auc"].value < 0.75 && model.labels["nothing"] == "x"', 'error'],
    ['m["roc_auc"].n / 0 > 1', 'error'],
    ['[0.9, 0.8].all(x, m["roc_auc"].value < x)', 'breach'],
  ])('%s is %s', (text, verdict) => {
    expect(judge(text)).toMatchObject({ verdict });
  });

  test('says what it went by', () => {
    const [lead] = parseExpression('m["drift.score of age where plan=pro x"].value > 1.0').refs;
    expect(lead).toMatchObject({ metric: 'drift.score', column: 'age', slice: 'plan=pro x' });
    expect(judge('m["mae"].value > 1.0').why).toBe('mae has no value: no label came');
    expect(judge('m["roc_auc"].value < 0.75').why).toContain('roc_auc is 0.7');
  });

  test.each<[text: string, message: RegExp]>([
    ['m["roc_auc"].value <', /Unexpected token/],
    ['m["roc_auc"].valu < 1.0', /No such key: valu \(at character/],
    ['m["roc_auc"].value', /is a double; it has to be true or false/],
    ['m["roc_auc"].status < 1', /no such overload/],
    ['auc < 0.5', /Unknown variable: auc/],
    ['window.hours > 1.0', /looks at no metric/],
    ['m[model.name].value > 1.0', /the name of a metric as a text/],
    ['m.exists(k, m[k].value > 1.0)', /the name of a metric as a text/],
    ['m[" "].value > 1.0', /names no metric/],
    ['m["a"].status.matches("(a+)+$")', /may not use matches/],
    ['[1].all(x, [1].all(y, x < y && m["a"].value > 1.0))', /may not use all\(\) within another/],
    [`m["a"].value > 1.0${' || true'.repeat(500)}`, /limit|exceed|many|deep/i],
  ])('%s is refused', (text, message) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError);
    expect(() => parseExpression(text)).toThrow(message);
  });
});
