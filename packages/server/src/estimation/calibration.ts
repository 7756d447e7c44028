import {
  type Calibration,
  type CalibrationRefusal,
  classRefusal,
  fitCalibration,
  type LabelledScoreCounts,
} from '@leeway/stats';
import type { Scope } from '../monitoring/check.ts';
import { withScores } from '../warehouse/model-tables.ts';
import { countClassScores } from './class-score-counts.ts';
import { type Lessons, lessonsOf } from './labelled-rows.ts';
import { countScores } from './score-counts.ts';
import { evaluatedScores, loadLearned, storeLearned } from './store.ts';

/** How scores become chances: one calibration of a binary model, one for each class of another. */
export type Calibrations = readonly Calibration[];

/** Why nothing may be estimated by them, and because of which class; null where nothing speaks against it. */
export const refusalOf = (found: Calibrations): { refused: CalibrationRefusal; class: number } | null =>
  found.length > 1 ? classRefusal(found) : found[0]!.refused && { refused: found[0]!.refused, class: 0 };

/**
 * How the scores of the serving version become chances. Learned once from a reference that stays: its labelled rows, or
 * the held-out rows that the version was judged on; until either has enough, from the labelled rows before the window.
 */
export async function calibrationFor(scope: Scope): Promise<Calibrations> {
  const { warehouse, model, champion, reference } = scope;
  const [first, ...others] = lessonsOf(scope);
  const what = learnedName(scope);
  const stored = first!.key && (await loadLearned<Calibrations>(warehouse, model.name, first!.key, what));
  if (stored) return stored;
  const fit = (counts: LabelledScoreCounts[]): Calibrations => counts.map((count) => fitCalibration(count));
  const fromRows = async (lessons: Lessons) => fit(await labelledCounts(scope, lessons));
  // Where the version's evaluation is the reference of its output, it comes first: rows it was trained on flatter it.
  const counts = champion === '' ? null : await evaluatedScores(warehouse, model, champion);
  const evaluated = counts && fit(counts);
  const trained = reference?.evaluated === champion && champion !== '';
  const tries = [() => fromRows(first!), async () => evaluated, ...others.map((lessons) => () => fromRows(lessons))];
  if (trained) tries.unshift(tries.splice(1, 1)[0]!);
  let refused: Calibrations | null = null;
  for (const [i, attempt] of tries.entries()) {
    const found = await attempt();
    if (found && !refusalOf(found)) {
      // What was learned of rows before the window is learned again for the next: there are more then.
      if (first!.key && i < tries.length - others.length) {
        await storeLearned(warehouse, model.name, first!.key, what, found, first!.at);
      }
      return found;
    }
    if (found && found[0]!.rows >= (refused?.[0]?.rows ?? 0)) refused = found;
  }
  return refused!;
}

async function labelledCounts({ warehouse, model }: Scope, { sql, params }: Lessons): Promise<LabelledScoreCounts[]> {
  if (model.task === 'binary') {
    return [(await countScores(warehouse, sql, { ...params, positive: model.columns.positive }, true)).counts];
  }
  return countClassScores(warehouse, withScores(model, sql), params, Object.keys(model.columns.scores!), true);
}

/** A class that is new or gone makes what was learned useless. */
const learnedName = ({ model: { task, columns } }: Scope): string =>
  task === 'binary' ? 'cbpe' : `cbpe:${JSON.stringify(Object.keys(columns.scores!))}`;
