import {
  AliasMove,
  KeptCard,
  Lineage,
  RollbackPlan,
  StageNote,
  VersionDiff,
  VersionExplanation,
  VersionInfo,
} from '@leeway/contract';
import { at, config } from './fixture-flights.ts';
import { importance } from './fixture-gates.ts';
import { dataset, hashes, runs } from './fixture-runs.ts';

const model = config.name;

type Given = Partial<VersionInfo> & Pick<VersionInfo, 'version' | 'createdAt' | 'createdBy' | 'metrics' | 'artifact'>;

const version = (given: Given): VersionInfo =>
  VersionInfo.parse({
    ...{ model, aliases: [], run: null, parent: null, dataset: null, params: {}, served: [], description: '' },
    ...{ tags: {}, stage: 'none', codeCommit: null, datasetReference: null, environment: {}, links: [] },
    ...given,
  });

const file = (hash: string, bytes: number) => ({ hash, bytes, format: 'onnx', deletedAt: null });

export const versions: VersionInfo[] = [
  version({
    version: 'v4',
    aliases: ['challenger'],
    createdAt: at(119, 8.3),
    createdBy: 'run-3',
    run: 'run-3',
    parent: 'v2',
    dataset: dataset(118),
    params: { learning_rate: 0.05, trees: 400, monotone: ['departure_delay'] },
    metrics: { roc_auc: 0.7402, log_loss: 0.4611, brier_score: 0.149 },
    artifact: file(hashes[0]!, 421_900),
    stage: 'staging',
    tags: { team: 'ops-forecasting' },
    codeCommit: '4f1c2ab99d0e4a7788123456789abcdef0123456',
    environment: { python: '3.12.4', 'scikit-learn': '1.6.1', onnxruntime: '1.22.0' },
    description: 'Learns the **new carrier**. See the [notes](https://wiki.example.org/flights/v4).',
    links: [
      {
        kind: 'mlflow',
        reference: 'flights-late/4',
        url: 'https://mlflow.example.org/#/models/flights-late/4',
        at: at(119, 8.4),
      },
      { kind: 'wandb', reference: 'ops/flights/runs/3xk2', url: null, at: at(119, 8.4) },
    ],
  }),
  version({
    version: 'v3',
    createdAt: at(94),
    createdBy: 'mira',
    parent: 'v1',
    metrics: { log_loss: 0.4702 },
    artifact: { ...file(hashes[2]!, 1_388_100), deletedAt: at(115) },
    served: [{ from: at(106), to: at(107, 5), endedBy: 'rollback' }],
  }),
  version({
    version: 'v2',
    aliases: ['champion'],
    createdAt: at(100, 4),
    createdBy: 'run-2',
    run: 'run-2',
    parent: 'v1',
    dataset: dataset(100, hashes[1]),
    params: { learning_rate: 0.1, trees: 300 },
    metrics: { roc_auc: 0.741, log_loss: 0.4681, brier_score: 0.1512, calibration_error: 0.0141 },
    artifact: file(hashes[1]!, 417_792),
    stage: 'production',
    served: [
      { from: at(101, 9), to: at(106), endedBy: 'promote' },
      { from: at(107, 5), to: null, endedBy: null },
    ],
  }),
  version({
    version: 'v1',
    createdAt: at(0),
    createdBy: 'leeway apply',
    metrics: { roc_auc: 0.748, log_loss: 0.462 },
    artifact: file(hashes[2]!, 402_110),
    stage: 'archived',
    served: [{ from: at(0), to: at(101, 9), endedBy: 'promote' }],
  }),
];

export const moves: AliasMove[] = [
  ['challenger', null, 'v4', 119, 'leeway', 'run run-3 made it'],
  ['champion', 'v3', 'v2', 107, 'mira', 'latency doubled on the gate servers'],
  ['champion', 'v2', 'v3', 106, 'jonas', 'the shadow looked better'],
  ['challenger', 'v2', null, 101, 'mira', 'promoted'],
  ['champion', 'v1', 'v2', 101, 'mira', 'run run-2, approved by mira'],
  ['champion', null, 'v1', 0, 'leeway apply', 'first version'],
].map(([alias, from, to, day, actor, reason], i) =>
  AliasMove.parse({ id: 9 - i, model, alias, from, to, at: at(day as number, 9), actor, reason }),
);

export const stages: StageNote[] = [
  StageNote.parse({ stage: 'staging', note: 'to be tried by the night shift', actor: 'mira', at: at(119, 9) }),
];

const own = runs[0]!;
const node = (id: string, label: string, day: number | null = null) => ({
  ...{ id, kind: id.split(':')[0], label, at: day === null ? null : at(day), detail: {} },
});

export const lineage: Lineage = Lineage.parse({
  model,
  version: 'v4',
  nodes: [
    node('version:v4', 'v4', 119),
    node('code:4f1c2ab99d0e', 'code 4f1c2ab99d0e'),
    node('version:v2', 'v2', 100),
    node('reference:mlflow/flights-late/4', 'mlflow flights-late/4', 119),
    node('run:run-3', 'run run-3', 119),
    node('trigger:run-3', 'hand: the new carrier should be learned', 119),
    node(`dataset:${hashes[0]}`, `dataset ${hashes[0]!.slice(0, 12)}, 2026-05-24 to 2026-06-28`, 118),
    ...Array.from({ length: 8 }, (_, i) => node(`training:run-3-t${i}`, `training ${i} by command, succeeded`, 119)),
    ...own.gates.map(({ type, metric, verdict }, i) => node(`gate:run-3/${i}`, `gate ${type} ${metric}: ${verdict}`)),
  ],
  edges: [
    { from: 'code:4f1c2ab99d0e', to: 'version:v4', kind: 'made' },
    { from: 'version:v2', to: 'version:v4', kind: 'parent' },
    { from: 'version:v4', to: 'reference:mlflow/flights-late/4', kind: 'same' },
    { from: 'trigger:run-3', to: 'run:run-3', kind: 'started' },
    { from: `dataset:${hashes[0]}`, to: 'run:run-3', kind: 'read' },
    ...Array.from({ length: 8 }, (_, i) => ({ from: 'run:run-3', to: `training:run-3-t${i}`, kind: 'ran' })),
    { from: 'run:run-3', to: 'version:v4', kind: 'made' },
    ...own.gates.map((_, i) => ({ from: 'version:v4', to: `gate:run-3/${i}`, kind: 'judged' })),
  ],
});

export const diff: VersionDiff = VersionDiff.parse({
  model,
  a: 'v2',
  b: 'v4',
  comparable: true,
  why: 'Both were scored on the held-out rows of run run-3.',
  rows: [
    { section: 'metrics', name: 'roc_auc', a: 0.7431, b: 0.7402, change: -0.0029, better: 'a' },
    { section: 'metrics', name: 'log_loss', a: 0.4671, b: 0.4611, change: -0.006, better: 'b' },
    { section: 'metrics', name: 'brier_score', a: 0.1512, b: null, change: null, better: null },
    { section: 'params', name: 'learning_rate', a: 0.1, b: 0.05, change: -0.05, better: null },
    { section: 'params', name: 'monotone', a: null, b: ['departure_delay'], change: null, better: null },
    { section: 'environment', name: 'scikit-learn', a: '1.5.2', b: '1.6.1', change: null, better: null },
  ],
});

export const plan: RollbackPlan = RollbackPlan.parse({
  ...{ model, from: 'v2', to: 'v1', loads: true, why: `it served last, until ${at(101, 9)}` },
  passedOver: [{ version: 'v3', why: `was rolled back from on ${at(107, 5)}` }],
});

export const importanceOf = (asked: string): VersionExplanation =>
  VersionExplanation.parse({
    ...{ model, version: asked, run: 'run-3', unit: 'log_odds', rows: 2_000 },
    how: 'mean size of SHAP values (log_odds), 5 parts of 2,000 rows',
    features: importance.map(([feature, share, championShare, effect]) => ({
      ...{ feature, importance: share * 1.4, lower: share * 1.33, upper: share * 1.47, share, championShare },
      ...{ effect, effectLower: effect - 0.02, effectUpper: effect + 0.02 },
    })),
  });

export const card = `---
library_name: onnx
tags: [tabular, leeway]
---

# flights-late v4

Whether a flight arrives more than 15 minutes late, said at departure.

## Uses

### Intended

- To tell passengers early that they may miss a connection.

### Out of scope

- To judge crews.

## Evaluation

| metric | champion | challenger |
|---|---|---|
| roc_auc | 0.743 | 0.740 |
| log_loss | 0.467 | 0.461 |

Not sure: *ROC AUC may be worse by 0.01*. <script>alert(1)</script>

## Contact

ops-forecasting, <https://wiki.example.org/flights>
`;

export const keptCards = [{ id: 4, at: at(119, 8.3), occasion: 'registered' }].map((one) =>
  KeptCard.omit({ card: true }).parse(one),
);
