import { type Dataset, type GateResult, ModelCard, ModelConfig, type Run, type VersionInfo } from '@leeway/contract';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildCard, type CardRecord } from './build-card.ts';
import { cardHtml, proseHtml } from './card-html.ts';
import { cardMarkdown } from './card-markdown.ts';

const AT = '2026-03-10T00:00:00.000Z';
const HASH = 'a'.repeat(64);

const model = ModelConfig.parse({
  name: 'flights-late',
  task: 'binary',
  owner: 'ops | night',
  columns: {
    features: { distance: { type: 'numeric' }, carrier: { type: 'categorical' } },
    ...{ score: 'score', label: 'late', positive: 'yes', protected: ['carrier'] },
  },
  rules: [{ name: 'auc-low', metric: 'roc_auc', below: 0.7, runbook: 'Look at the feed first.' }],
  retrain: {
    triggers: [{ on: 'alert', rule: 'auc-low' }],
    gates: [{ type: 'threshold', metric: 'roc_auc', above: 0.7 }],
  },
  card: {
    overview: 'Says which flights will be *late*.',
    outOfScope: ['Anything that decides about people.'],
    limitations: ['Knows nothing of snow.'],
    risks: [{ risk: 'Some airports wait longer.', mitigation: 'a gate of fairness' }],
    ...{ license: 'apache-2.0', languages: ['en'], tags: ['aviation'] },
  },
});

const version: VersionInfo = {
  ...{ model: 'flights-late', version: 'v2', aliases: ['champion'], createdAt: AT, createdBy: 'leeway', run: 'run_1' },
  ...{ parent: 'v1', metrics: { roc_auc: 0.71 }, params: { C: 0.5 }, description: '', tags: {}, stage: 'production' },
  dataset: {
    hash: HASH,
    start: '2026-01-01T00:00:00.000Z',
    holdoutStart: '2026-02-20T00:00:00.000Z',
    end: AT,
    trainRows: 900,
    holdoutRows: 100,
  },
  artifact: { hash: HASH, bytes: 12_345, format: 'onnx', deletedAt: null },
  served: [{ from: AT, to: null, endedBy: null }],
  ...{ codeCommit: 'abc123', datasetReference: null, environment: { python: '3.12' }, links: [] },
};

const gate = (given: Partial<GateResult>): GateResult => ({
  ...{
    type: 'threshold',
    name: 'roc_auc',
    metric: 'roc_auc',
    verdict: 'pass',
    reason: 'meets_threshold',
    statement: '0.71 is above 0.7',
  },
  ...{
    champion: null,
    challenger: 0.71,
    difference: null,
    lower: 0.69,
    upper: 0.73,
    better: 'higher',
    form: null,
    margin: null,
  },
  ...{ confidence: 0.95, test: null, pValue: null, limit: 0.7, n: 100, tables: [] },
  ...given,
});

const run = {
  ...{ id: 'run_1', model: 'flights-late', state: 'promoted', trigger: 'alert:auc-low', reason: 'roc_auc fell' },
  ...{ decision: 'approved by ann: fine', decidedBy: 'ann', comment: 'fine', endedAt: AT, gates: [] },
  executions: [{ state: 'succeeded', executor: 'command', startedAt: AT, endedAt: AT, createdAt: AT }],
} as unknown as Run;

const record = (given: Partial<CardRecord> = {}): CardRecord => ({
  ...{ model, version, run, dataset: null, explanation: null, lessons: [], at: AT },
  evaluation: {
    ...{
      schema: 'leeway/evaluation/v1',
      run: 'run_1',
      model: 'flights-late',
      task: 'binary',
      challenger: 'v2',
      champion: 'v1',
    },
    ...{
      withoutChampion: null,
      evaluatedAt: AT,
      rows: 100,
      usedRows: 100,
      regimes: [],
      labelledShare: 1,
      from: AT,
      to: AT,
    },
    ...{ verdict: 'inconclusive', calibration: null, notes: [] },
    gates: [
      gate({}),
      gate({
        type: 'fairness',
        name: 'carriers',
        verdict: 'inconclusive',
        statement: 'AS has 12 rows',
        tables: [{ title: 'By carrier', columns: ['carrier', 'rows'], rows: [['A|S', 12]] }],
      }),
    ],
    metrics: [
      {
        metric: 'roc_auc',
        challenger: { value: 0.71, lower: 0.69, upper: 0.73, n: 100, reason: null },
        champion: { value: 0.7, lower: 0.68, upper: 0.72, n: 100, reason: null },
      },
    ],
  },
  ...given,
});

it('has every section, from the record, as the schema of the API says', () => {
  const card = buildCard(record());
  expect(ModelCard.parse(card)).toEqual(card);
  expect(card).toMatchObject({
    data: { trainRows: 900, hash: HASH },
    training: { executor: 'command', params: { C: 0.5 }, codeCommit: 'abc123' },
    evaluation: { champion: 'v1', metrics: [{ metric: 'roc_auc', value: 0.71, champion: 0.7 }] },
    fairness: { protected: ['carrier'], gates: [{ name: 'carriers' }] },
    limits: ['carriers could not be shown: AS has 12 rows'],
    retraining: {
      enabled: true,
      lines: [expect.stringContaining('alert auc-low'), expect.any(String), expect.any(String), expect.any(String)],
    },
    approval: { by: 'ann', comment: 'fine' },
  });
  const markdown = cardMarkdown(card);
  for (const heading of [
    'Details',
    'Uses',
    'Risks and limitations',
    'Training',
    'Evaluation',
    'Fairness',
    'In production',
    'Contact',
  ]) {
    expect(markdown).toContain(`\n## ${heading}\n`);
  }
  // Prose is Markdown, a name is not: a bar in it would end a cell.
  expect(markdown).toContain('Says which flights will be *late*.');
  expect(markdown).toContain('| Owner | ops \\| night |');
  expect(markdown).toContain('| A\\|S | 12 |');
});

it('has metadata that the Hugging Face Hub reads', () => {
  const [, front] = cardMarkdown(buildCard(record())).split('---\n');
  expect(parse(front!)).toEqual({
    ...{ language: ['en'], license: 'apache-2.0', library_name: 'onnx', tags: ['tabular', 'leeway', 'aviation'] },
    ...{ pipeline_tag: 'tabular-classification', metrics: ['roc_auc'] },
    'model-index': [
      {
        name: 'flights-late v2',
        results: [
          {
            task: { type: 'tabular-classification' },
            dataset: { name: 'flights-late, held-out rows', type: 'flights-late', revision: HASH },
            metrics: [{ type: 'roc_auc', name: 'roc_auc', value: 0.71 }],
          },
        ],
      },
    ],
  });
});

it.each<[string, Partial<CardRecord>, string]>([
  ['a version from outside', { run: null, evaluation: null }, 'No evaluation on held-out rows is on record.'],
  [
    'a model that cannot be run',
    { version: { ...version, artifact: { ...version.artifact, format: 'external' } } },
    'It cannot be run by Leeway',
  ],
  [
    'few labels',
    { dataset: { query: {}, labelledShare: 0.4, findings: [], fitted: null } as unknown as Dataset },
    '40 % had a label',
  ],
  [
    'no protected column',
    { model: { ...model, columns: { ...model.columns, protected: [] } } },
    'nothing is known of fairness',
  ],
])('says what speaks against %s', (_, given, said) => {
  expect(buildCard(record(given)).limits.join('\n')).toContain(said);
});

it('is safe as a page, whatever people write', () => {
  const hostile = '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>';
  const told = { ...model.card, overview: hostile, limitations: [hostile] };
  const html = cardHtml(buildCard(record({ model: { ...model, owner: hostile, card: told } })));
  expect(html).not.toMatch(/<script|<img|href="javascript/i);
  expect(html).toContain('&lt;script&gt;');
  expect(proseHtml('**bold**')).toContain('<strong>bold</strong>');
});
