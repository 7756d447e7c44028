import { durationMs, type ModelConfig } from '@leeway/contract';
import { preprocessingMistake } from '../retraining/preprocessing/plan-steps.ts';
import { recordedColumns } from '../warehouse/model-tables.ts';
import { mustBe, type Note } from './must-be.ts';

/** Checks what `retrain.data` refers to, and that its parts fit together. */
export function checkDataset(model: ModelConfig, path: PropertyKey[], note: Note): void {
  const data = model.retrain?.data;
  if (!data) return;
  const recorded = recordedColumns(model);
  const names = [...recorded.keys()];
  data.where.forEach(({ column, min, max }, i) => {
    const at = [...path, 'where', i];
    mustBe(column, names, 'column', [...at, 'column'], note);
    const type = recorded.get(column);
    if ((min ?? max) !== undefined && type !== undefined && type !== 'numeric') {
      note(at, `min and max are for numbers, and "${column}" is ${type}`);
    }
    if (type === 'vector') note([...at, 'column'], `"${column}" is a vector: it has no condition`);
  });
  if (data.stratify) mustBe(data.stratify.by, ['label', ...names], 'column', [...path, 'stratify', 'by'], note);
  if (data.stratify?.by === 'label' && model.task === 'regression') {
    note([...path, 'stratify', 'by'], 'the label of a regression has no strata; name a column');
  }
  const { window } = data;
  if (typeof window === 'object' && window.kind === 'since_change') {
    if (durationMs(window.least) > durationMs(window.most)) {
      note([...path, 'window', 'least'], `is longer than most, ${window.most}`);
    }
    const dated = model.monitors.some(({ detectors }) => detectors.length > 0) || model.rules.length > 0;
    if (!dated) note([...path, 'window'], 'nothing dates a change: the model has neither detectors nor rules');
  }
  if (!data.preprocessing) return;
  const features = Object.entries(model.columns.features).map(([name, { type }]) => [name, type] as const);
  const mistake = preprocessingMistake(new Map(features), data.preprocessing);
  if (mistake) note([...path, 'preprocessing', 'steps', mistake.step], mistake.message);
}
