import { type Calibration, fitCalibration } from '@leeway/stats';
import type { Scope } from '../monitoring/check.ts';
import { type Lessons, lessonsOf } from './labelled-rows.ts';
import { countScores } from './score-counts.ts';
import { evaluatedScores, loadLearned, storeLearned } from './store.ts';

/**
 * How the scores of the serving version become chances. Learned once from a reference that stays: its labelled rows, or
 * the held-out rows that the version was judged on; until either has enough, from the labelled rows before the window.
 */
export async function calibrationFor(scope: Scope): Promise<Calibration> {
  const { warehouse, model, champion, reference } = scope;
  const [first, ...others] = lessonsOf(scope);
  const stored = first!.key && (await loadLearned<Calibration>(warehouse, model.name, first!.key, CALIBRATION));
  if (stored) return stored;
  const fromEvaluation = async (): Promise<Calibration | null> => {
    const counts = champion === '' ? null : await evaluatedScores(warehouse, model.name, champion);
    return counts && fitCalibration(counts);
  };
  const fromRows = async ({ sql, params }: Lessons): Promise<Calibration> => {
    const bound = { ...params, positive: model.columns.positive };
    return fitCalibration((await countScores(warehouse, sql, bound, true)).counts);
  };
  // Where the version's evaluation is the reference of its output, it comes first: rows it was trained on flatter it.
  const evaluated = await fromEvaluation();
  const trained = reference?.evaluated === champion && champion !== '';
  const tries = [() => fromRows(first!), async () => evaluated, ...others.map((lessons) => () => fromRows(lessons))];
  if (trained) tries.unshift(tries.splice(1, 1)[0]!);
  let refusal: Calibration | null = null;
  for (const [i, attempt] of tries.entries()) {
    const found = await attempt();
    if (found?.refused === null) {
      // What was learned of rows before the window is learned again for the next: there are more then.
      if (first!.key && i < tries.length - others.length) {
        await storeLearned(warehouse, model.name, first!.key, CALIBRATION, found, first!.at);
      }
      return found;
    }
    if (found && found.rows >= (refusal?.rows ?? 0)) refusal = found;
  }
  return refusal!;
}

const CALIBRATION = 'cbpe';
