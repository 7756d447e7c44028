import { RunEvaluation } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { gateResult } from '../gates/gate-result.ts';
import { describeGates } from '../gates/words.ts';
import { evaluationHtml, evaluationMarkdown } from './render-evaluation.ts';

const HASH = 'ab'.repeat(32);
const shared = {
  metric: 'log_loss',
  confidence: 0.95,
  form: 'non_inferiority',
  margin: 0.01,
  better: 'lower' as const,
};

const evaluation: RunEvaluation = {
  schema: 'leeway/evaluation/v1',
  ...{ run: 'r1', model: 'churn', task: 'binary', challenger: 'v4', champion: 'v3', withoutChampion: null },
  ...{ evaluatedAt: '2026-03-04T05:06:07.000Z', rows: 3000, usedRows: 3000, labelledShare: 0.8 },
  regimes: [
    { regime: 'recent', rows: 2000 },
    { regime: 'old', rows: 1000 },
  ],
  ...{ from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', verdict: 'fail' },
  gates: [
    gateResult(
      { type: 'compare', name: 'recent <b>loss</b>' },
      {
        ...{ ...shared, verdict: 'pass', reason: 'above_margin', test: 'bootstrap of 28 days, 2,000 draws', n: 2000 },
        ...{ champion: 0.5, challenger: 0.45, difference: -0.05, lower: -0.07, upper: -0.02 },
        statement: 'log_loss 0.45 against 0.5 of the champion',
      },
    ),
    gateResult(
      { type: 'slices' },
      {
        ...{ ...shared, verdict: 'fail', reason: 'slice_below_margin', n: 3000 },
        ...{ champion: 0.4, challenger: 0.6, difference: 0.2, lower: 0.1, upper: 0.3 },
        statement: 'worse in country=de | fr',
        tables: [{ title: 'Slices', columns: ['slice', 'rows', 'verdict'], rows: [['country=de | fr', 1500, 'fail']] }],
      },
    ),
    gateResult({ type: 'signature' }, { verdict: 'inconclusive', reason: 'external_model' }),
  ],
  metrics: [
    {
      metric: 'log_loss',
      challenger: { value: 0.45, lower: 0.43, upper: 0.47, n: 3000, reason: null },
      champion: { value: 0.5, lower: 0.48, upper: 0.52, n: 3000, reason: null },
    },
    {
      metric: 'roc_auc',
      challenger: { value: null, lower: null, upper: null, n: 0, reason: 'one_class' },
      champion: null,
    },
  ],
  calibration: { challenger: [{ score: 0.2, positives: 0.25, n: 3000 }], champion: null },
  notes: ['Labels are known of 80.0 % of the predictions.'],
};

describe('the page about an evaluation', () => {
  it('is made of evidence that is complete', () => {
    expect(RunEvaluation.parse(evaluation)).toEqual(evaluation);
  });

  it('as Markdown', async () => {
    await expect(evaluationMarkdown(evaluation, HASH)).toMatchFileSnapshot('golden/evaluation.md');
  });

  it('as HTML, in which nothing is taken for markup and nothing comes from outside', async () => {
    const html = evaluationHtml(evaluation, HASH);
    await expect(html).toMatchFileSnapshot('golden/evaluation.html');
    expect(html).toContain('recent &lt;b&gt;loss&lt;/b&gt;');
    expect(html).not.toMatch(/<script|https?:|NaN|undefined|null/);
  });

  it('as lines for a terminal, aligned', () => {
    const lines = describeGates(evaluation.gates);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "      gate                challenger  champion  difference        interval   rows  why
      pass  recent <b>loss</b>        0.45       0.5       -0.05  [-0.07, -0.02]  2,000  above margin
      FAIL  slices log_loss            0.6       0.4        +0.2      [0.1, 0.3]  3,000  slice below margin
      open  signature                                                                    external model"
    `);
    expect(describeGates([])).toEqual([]);
  });
});
