import type { GateConfig, ModelConfig } from '@leeway/contract';
import {
  classificationMeasures,
  comparisonMetrics,
  performanceMetrics,
  regressionMeasures,
  rowLossMetrics,
} from '@leeway/stats';
import { mustBe, type Note } from './must-be.ts';

type Compare = Omit<Extract<GateConfig, { type: 'compare' }>, 'type'>;

/** Checks what gates refer to, metrics and columns, and what cannot be judged for the model as it is. */
export function checkGates(model: ModelConfig, path: PropertyKey[], note: Note): void {
  model.retrain?.gates.forEach((gate, i) => checkGate(model, gate, [...path, i], note));
}

function checkGate(model: ModelConfig, gate: GateConfig, at: PropertyKey[], note: Note): void {
  const { task } = model;
  const judged = performanceMetrics[task].map(({ id }) => id);
  switch (gate.type) {
    case 'threshold': {
      mustBe(gate.metric, judged, 'metric to judge a challenger by', [...at, 'metric'], note);
      checkSlice(model, gate.slice, [...at, 'slice'], note);
      return checkRegime(model, gate.regime, [...at, 'regime'], note);
    }
    case 'compare':
      return checkCompare(model, gate, at, note);
    case 'any_of':
      return gate.gates.forEach((each, i) => checkCompare(model, each, [...at, 'gates', i], note));
    case 'slices': {
      mustBe(gate.metric, comparisonMetrics(task), 'metric to compare by', [...at, 'metric'], note);
      for (const [i, name] of gate.columns.entries())
        mustBe(name, sliceable(model), 'column', [...at, 'columns', i], note);
      if (gate.columns.length === 0 && model.columns.slices.length === 0)
        note(at, 'has no columns to make slices of: name some here, or in columns.slices of the model');
      return checkRegime(model, gate.regime, [...at, 'regime'], note);
    }
    case 'calibration': {
      if (task !== 'binary') note([...at, 'type'], `is for binary models, and this one is ${task}`);
      return checkRegime(model, gate.regime, [...at, 'regime'], note);
    }
    case 'fairness': {
      const measures = task === 'regression' ? regressionMeasures : classificationMeasures;
      if (task === 'multiclass')
        note([...at, 'type'], 'is for binary models and regressions, and this one is multiclass');
      mustBe(
        gate.measure,
        measures.map(({ id }) => id),
        'measure of fairness',
        [...at, 'measure'],
        note,
      );
      mustBe(gate.column, model.columns.protected, 'protected column', [...at, 'column'], note);
      return checkRegime(model, gate.regime, [...at, 'regime'], note);
    }
    case 'explain': {
      const features = Object.keys(model.columns.features);
      const names = [...Object.keys(gate.sign), ...Object.keys(gate.forbidden), ...(gate.top?.features ?? [])];
      for (const name of names) mustBe(name, features, 'feature', at, note);
      if (gate.metric !== undefined) mustBe(gate.metric, judged, 'metric', [...at, 'metric'], note);
      if (task === 'multiclass' && Object.keys(gate.sign).length > 0)
        note([...at, 'sign'], 'is for binary models and regressions, and this one is multiclass');
      return;
    }
    default:
      return;
  }
}

function checkCompare(model: ModelConfig, gate: Compare, at: PropertyKey[], note: Note): void {
  const { task } = model;
  const { metric, test, resample } = gate;
  mustBe(metric, comparisonMetrics(task), 'metric to compare by', [...at, 'metric'], note);
  const metrics: readonly { id: string; better: string }[] = performanceMetrics[task];
  const { better } = metrics.find(({ id }) => id === metric) ?? {};
  if (better === 'neither' && gate.better === undefined && gate.form !== 'equivalence')
    note(at, `does not say which way ${metric} is better; add "better: higher" or "better: lower"`);
  if (better !== 'neither' && better !== undefined && gate.better !== undefined)
    note([...at, 'better'], `is known of ${metric}; leave it out`);
  if (test === 'delong' && metric !== 'roc_auc') note([...at, 'test'], `delong compares roc_auc, not ${metric}`);
  if (test === 'mcnemar' && metric !== 'accuracy') note([...at, 'test'], `mcnemar compares accuracy, not ${metric}`);
  const losses = rowLossMetrics(task);
  if (test === 'diebold_mariano' && !losses.includes(metric))
    note([...at, 'test'], `diebold_mariano compares the mean of a loss (${losses.join(', ')}), not ${metric}`);
  if (test === 'delong' || test === 'mcnemar') {
    if (resample !== 'auto' && resample !== 'rows')
      note([...at, 'resample'], `${test} takes rows one by one; take "test: bootstrap" to draw something else`);
  }
  if (test === 'diebold_mariano' && (typeof resample === 'object' || resample === 'blocks'))
    note([...at, 'resample'], 'diebold_mariano compares over time: leave it out, or say "days"');
  if (
    gate.form === 'equivalence' &&
    (gate.margin === 0 || (typeof gate.margin === 'object' && gate.margin.relative === 0))
  )
    note(at, 'asks for equivalence without a margin: no two models are that equal');
  if (typeof resample === 'object')
    mustBe(resample.cluster, sliceable(model), 'column', [...at, 'resample', 'cluster'], note);
  checkSlice(model, gate.slice, [...at, 'slice'], note);
  checkRegime(model, gate.regime, [...at, 'regime'], note);
}

function checkSlice(model: ModelConfig, slice: Record<string, string> = {}, at: PropertyKey[], note: Note): void {
  for (const name of Object.keys(slice)) mustBe(name, sliceable(model), 'column', [...at, name], note);
}

function checkRegime(model: ModelConfig, regime: string, at: PropertyKey[], note: Note): void {
  if (regime === 'old' && !model.retrain?.data.oldRegime)
    note(at, 'is "old", and no old part is held out; add data.oldRegime to "retrain"');
}

/** Columns of which the held-out rows have the values. */
const sliceable = ({ columns }: ModelConfig): string[] => [
  ...columns.slices,
  ...columns.protected,
  ...Object.entries(columns.features).flatMap(([name, { type }]) => (type === 'vector' ? [] : [name])),
];
