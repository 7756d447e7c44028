import { LeewayError, type ModelConfig, type RetrainConfig } from '@leeway/contract';
import { modelOf } from '../../context.ts';
import type { RetrainingContext } from '../context.ts';
import { bringTrainingFiles } from '../datasets/dataset-files.ts';
import { recordDataset } from '../datasets/dataset-records.ts';
import { writeToDvc } from '../datasets/dataset-to-dvc.ts';
import { makeDataset } from '../datasets/make-dataset.ts';
import { decideVeto } from '../decide/decide-trigger.ts';
import { openQualityAlerts } from '../past-runs.ts';
import { changeRun, type RunRow } from '../runs.ts';
import { defineStep, enqueueStep } from './step.ts';

/** Makes the dataset of a run: labelled rows to train on, and others that are held out. Critical findings end the run. */
export function registerPrepare(ctx: RetrainingContext): void {
  defineStep(ctx, 'retrain-prepare', ['queued', 'preparing'], async (queued, job) => {
    const { model, retrain } = retrainingOf(ctx, queued.model);
    const run = await begin(ctx, queued, retrain);
    if (run?.state !== 'preparing') return undefined;
    const { info, dataset, summaries } = await makeDataset(ctx, model, retrain, run.id);
    job.signal.throwIfAborted();
    const critical = dataset.findings.filter(({ severity }) => severity === 'critical');
    const vetoed = retrain.data.onFindings === 'veto' && critical.length > 0;
    if (!vetoed) {
      await bringTrainingFiles(ctx, run.id, dataset);
      if (retrain.data.dvc) await writeToDvc(ctx, retrain.data.dvc, dataset);
    }
    return async (tx) => {
      if (summaries) await recordDataset(tx, dataset, summaries);
      if (vetoed) {
        const reason = critical.map(({ message }) => message).join('; ');
        const error = { code: 'dataset_findings', detail: reason };
        await changeRun(ctx, tx, run, 'vetoed', { dataset: info, decision: `vetoed: ${reason}`, error });
        return;
      }
      const changed = await changeRun(ctx, tx, run, 'training', { dataset: info });
      if (changed) await enqueueStep(ctx, tx, 'retrain-train', { run: run.id, model: model.name });
    };
  });
}

export function retrainingOf(ctx: RetrainingContext, name: string): { model: ModelConfig; retrain: RetrainConfig } {
  const model = modelOf(ctx, name);
  if (model.retrain) return { model, retrain: model.retrain };
  throw new LeewayError('config_invalid', `${name} has no "retrain" section any more`);
}

/** Begins to prepare; what broke since the run was asked for vetoes it still. */
function begin(ctx: RetrainingContext, run: RunRow, retrain: RetrainConfig): Promise<RunRow | null> {
  if (run.state !== 'queued') return Promise.resolve(run);
  return ctx.store.db.transaction().execute(async (tx) => {
    const veto = decideVeto(retrain, await openQualityAlerts(tx, run.model));
    if (!veto) return changeRun(ctx, tx, run, 'preparing');
    const error = { code: veto.code, detail: veto.reason };
    return changeRun(ctx, tx, run, 'vetoed', { decision: `vetoed: ${veto.reason}`, error });
  });
}
