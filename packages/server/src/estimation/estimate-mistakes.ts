import type { ModelConfig, MonitorConfig } from '@leeway/contract';
import { nearest } from '../config/nearest.ts';
import { ESTIMATED_METRICS } from './metrics.ts';

/** Whether the model says how sure it is of each row. */
export const hasChances = (task: ModelConfig['task'], { score, scores }: ModelConfig['columns']): boolean =>
  task === 'binary' ? score !== undefined : task === 'multiclass' && scores !== undefined;

/** What is wrong with how a monitor wants performance to be estimated. */
export function estimateMistakes(
  { task, columns }: ModelConfig,
  { estimate: { method, metrics } }: MonitorConfig,
): { at: PropertyKey[]; message: string }[] {
  const at = ['estimate', 'method'];
  if (method === 'cbpe' && !hasChances(task, columns)) {
    return [{ at, message: 'cbpe needs a binary model with a score column, or one of several classes with `scores`' }];
  }
  if (method === 'dle' && task !== 'regression') return [{ at, message: 'dle needs a regression' }];
  if (method === 'importance_weighted' && task === 'multiclass') {
    return [{ at, message: 'importance_weighted needs a binary model or a regression' }];
  }
  const known: readonly string[] = ESTIMATED_METRICS[task];
  return (metrics ?? []).flatMap((id, i) => {
    if (known.includes(id)) return [];
    const near = nearest(id, [...known]);
    const hint = near ? `did you mean "${near}"?` : `there are ${known.join(', ')}`;
    return [{ at: ['estimate', 'metrics', i], message: `"${id}" is not estimated; ${hint}` }];
  });
}
