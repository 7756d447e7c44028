import { LeewayError } from '@leeway/contract';
import { type DetectorState, detector } from '@leeway/stats';

/** A warning that began, or a drift. `index` counts the values from the beginning of the stream, 0 the first. */
export interface DetectedEvent {
  index: number;
  level: 'warning' | 'drift';
  detector: string;
}

export interface DetectionSummary {
  /** Values that were read now, those without one among them. */
  n: number;
  skipped: number;
  warnings: number;
  drifts: number;
}

/** Sends a stream through a detector, whose state it moves on; `seen` is told of every value. */
export async function detect(
  state: DetectorState,
  chunks: AsyncIterable<Float64Array>,
  onEvent: (event: DetectedEvent) => void,
  seen: (value: number, level: 'none' | 'warning' | 'drift') => void,
): Promise<DetectionSummary> {
  const one = detector(state.detector);
  const summary: DetectionSummary = { n: 0, skipped: 0, warnings: 0, drifts: 0 };
  const before = { values: state.n + state.skipped, skipped: state.skipped };
  let last: 'none' | 'warning' | 'drift' = 'none';
  for await (const chunk of chunks) {
    for (const value of chunk) {
      if (one.input === 'error' && !Number.isNaN(value) && value !== 0 && value !== 1) {
        const takes = `${one.id} takes mistakes: 0 for a right answer, 1 for a wrong one`;
        throw new LeewayError(
          'bad_option',
          `value ${summary.n + 1} is ${value}, and ${takes}; --label and --prediction make them`,
        );
      }
      const level = one.update(state, value);
      if (level === 'drift' || (level === 'warning' && last !== 'warning')) {
        summary[level === 'drift' ? 'drifts' : 'warnings']++;
        onEvent({ index: before.values + summary.n, level, detector: one.id });
      }
      seen(value, level);
      last = level;
      summary.n++;
    }
  }
  summary.skipped = state.skipped - before.skipped;
  return summary;
}
