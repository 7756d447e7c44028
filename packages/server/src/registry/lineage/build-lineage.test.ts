import type { Run, VersionInfo } from '@leeway/contract';
import { expect, test } from 'vitest';
import { buildLineage, type LineageRecord } from './build-lineage.ts';
import { drawLineage } from './draw-lineage.ts';

const at = (hour: number) => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
const ms = (hour: number) => Date.parse(at(hour));

const version = {
  ...{ model: 'churn', version: 'v2', createdAt: at(5), createdBy: 'leeway', run: 'run_1', parent: 'v1' },
  ...{
    metrics: {},
    params: { depth: 3 },
    aliases: ['champion'],
    stage: 'none',
    codeCommit: '4f1c2ab9',
    environment: {},
  },
  artifact: { hash: 'f'.repeat(64), bytes: 1, format: 'onnx', deletedAt: null },
  links: [{ kind: 'mlflow', reference: 'churn/2', url: null, at: at(6) }],
  ...{ dataset: null, datasetReference: null },
} as unknown as VersionInfo;
const run = {
  ...{
    id: 'run_1',
    model: 'churn',
    state: 'promoted',
    trigger: 'alert:auc-low',
    reason: 'ROC AUC is down',
    alert: 'alert_1',
  },
  ...{ decision: 'approved by ann: looks right', createdAt: at(1), updatedAt: at(6), endedAt: at(6) },
  dataset: { hash: 'd'.repeat(64), start: at(0), holdoutStart: at(0), end: at(1), trainRows: 5, holdoutRows: 2 },
  executions: [
    {
      id: 'run-1-t0',
      trial: 0,
      executor: 'command',
      state: 'succeeded',
      params: {},
      metrics: {},
      endedAt: at(4),
      createdAt: at(2),
    },
  ],
  gates: [{ type: 'compare', metric: 'roc_auc', verdict: 'pass' }],
} as unknown as Run;
const serving = (id: number, who: string, from: number, to: number | null, endedBy: string | null = null) => ({
  ...{
    id,
    version: who,
    startedAt: ms(from),
    endedAt: to === null ? null : ms(to),
    endedBy,
    actor: 'ann',
    reason: 'x',
  },
});
const record: LineageRecord = {
  version,
  run,
  alert: { id: 'alert_1', rule: 'auc-low', severity: 'critical', summary: 'ROC AUC is 0.7', firedAt: ms(1) },
  dataset: null,
  servings: [serving(1, 'v1', 0, 6, 'promote'), serving(2, 'v2', 6, 8, 'rollback'), serving(3, 'v1', 8, null)],
  children: [{ version: 'v3', createdAt: at(7), run: 'run_2' }],
};

test('a version leads back to the alert, and on to what became of it', () => {
  expect(drawLineage(buildLineage(record)).split('\n')).toEqual([
    'churn v2',
    '├─ made by code 4f1c2ab9',
    '├─ from v1',
    '├─ made by run run_1 (2026-03-02 01:00)',
    '│  ├─ started by alert:auc-low (2026-03-02 01:00)',
    '│  │  └─ started by alert auc-low: ROC AUC is 0.7 (2026-03-02 01:00)',
    '│  ├─ read dataset dddddddddddd, 2026-03-02 to 2026-03-02',
    '│  └─ ran training 0 by command, succeeded (2026-03-02 04:00)',
    '├─ is also mlflow churn/2 (2026-03-02 06:00)',
    '├─ judged by gate compare roc_auc: pass',
    '├─ decided: approved by ann: looks right (2026-03-02 06:00)',
    '├─ served: v2 served from 2026-03-02T06:00:00.000Z, until 2026-03-02T08:00:00.000Z, rolled back from',
    '│  └─ then v1 served from 2026-03-02T08:00:00.000Z, still',
    '└─ parent of v3 (2026-03-02 07:00)',
  ]);
});

test('every edge joins two nodes that are there, and no node is there twice', () => {
  const { nodes, edges } = buildLineage(record);
  const ids = nodes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { from, to } of edges) expect([ids.includes(from), ids.includes(to)]).toEqual([true, true]);
});

test('a version of which nothing else is known is alone', () => {
  const bare = { ...version, run: null, parent: null, codeCommit: null, links: [] } as unknown as VersionInfo;
  const lineage = buildLineage({ version: bare, run: null, alert: null, dataset: null, servings: [], children: [] });
  expect([lineage.nodes.map(({ id }) => id), lineage.edges]).toEqual([['version:v2'], []]);
  expect(drawLineage(lineage)).toBe('churn v2');
});
