import type { DetectorConfig, ModelConfig, MonitorConfig } from '@leeway/contract';
import { detector, detectors } from '@leeway/stats';
import { nearest } from '../../config/nearest.ts';

interface Mistake {
  /** Where, below the monitor. */
  at: PropertyKey[];
  message: string;
}

/** What is wrong with the detectors that a monitor asks for. */
export function detectorMistakes(model: ModelConfig, monitor: MonitorConfig): Mistake[] {
  return monitor.detectors.flatMap((wanted, i) => {
    const at = ['detectors', i];
    const twin = monitor.detectors.findIndex(({ type, on }) => type === wanted.type && on === wanted.on);
    if (twin !== i) return [{ at, message: `${wanted.type} on ${wanted.on} is there twice` }];
    const mistake = mistakeOf(model, wanted);
    return mistake ? [{ at: [...at, mistake.at], message: mistake.message }] : [];
  });
}

function mistakeOf(model: ModelConfig, { type, on, set }: DetectorConfig): { at: string; message: string } | null {
  const ids = detectors.map(({ id }) => id);
  if (!ids.includes(type)) {
    const near = nearest(type, ids);
    const hint = near ? `did you mean "${near}"?` : `there are ${ids.join(', ')}`;
    return { at: 'type', message: `there is no detector "${type}"; ${hint}` };
  }
  const numeric = Object.entries(model.columns.features).filter(([, feature]) => feature.type === 'numeric');
  const known = [
    'error',
    ...(model.columns.score === undefined ? [] : ['score']),
    ...(model.task === 'multiclass' ? [] : ['label']),
    ...numeric.map(([name]) => name),
  ];
  if (!known.includes(on)) {
    const near = nearest(on, known);
    const hint = near ? `did you mean "${near}"?` : `there are ${known.join(', ')}`;
    return { at: 'on', message: `"${on}" is nothing that a detector can watch here; ${hint}` };
  }
  const zeroOrOne = model.task !== 'regression' && (on === 'error' || on === 'label');
  if (detector(type).input === 'error' && !zeroOrOne) {
    const others = detectors.filter(({ input }) => input === 'number').map(({ id }) => id);
    const what =
      model.task === 'regression' && on === 'error' ? 'the error of a regression is neither' : `${on} is neither`;
    return { at: 'type', message: `${type} takes 0 and 1 only, and ${what}; there are ${others.join(', ')}` };
  }
  try {
    detector(type).create(set);
    return null;
  } catch (error) {
    return { at: 'set', message: (error as Error).message };
  }
}
