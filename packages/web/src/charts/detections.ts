import type { Measurement } from '@leeway/contract';

/** A change that a streaming detector found. */
export interface Detection {
  at: number;
  /** The detector, such as adwin. */
  detector: string;
  /** What it watches: error, score, label or a feature. */
  on: string;
  version: string;
  /** Place of the row in the stream, from 0; null where it is not told. */
  index: number | null;
  /** Changes that it stands for: more than one where a window names only that there were some. */
  count: number;
}

/** Every change that detectors found, in order. Those of a window that does not name them stand together in its middle. */
export function detectionsOf(measurements: readonly Measurement[]): Detection[] {
  return measurements
    .filter(({ metric, value }) => metric.startsWith('detector.') && (value ?? 0) > 0)
    .flatMap((measurement): Detection[] => {
      const { metric, column, value, detail, windowStart, windowEnd, version } = measurement;
      const detector = metric.slice('detector.'.length);
      const on = typeof detail['on'] === 'string' ? detail['on'] : column || 'error';
      const named = toldDrifts(detail['drifts']).map((drift) => ({
        ...drift,
        version: drift.version || version,
        ...{ detector, on, count: 1 },
      }));
      const unnamed = value! - named.length;
      if (unnamed <= 0) return named;
      const at = (Date.parse(windowStart) + Date.parse(windowEnd)) / 2;
      return [...named, { at, detector, on, version, index: null, count: unnamed }];
    })
    .sort((a, b) => a.at - b.at);
}

function toldDrifts(drifts: unknown): Pick<Detection, 'at' | 'index' | 'version'>[] {
  if (!Array.isArray(drifts)) return [];
  return drifts.flatMap((drift: { at?: unknown; index?: unknown; version?: unknown } | null) => {
    const at = typeof drift?.at === 'string' ? Date.parse(drift.at) : Number.NaN;
    if (Number.isNaN(at)) return [];
    const index = typeof drift!.index === 'number' ? drift!.index : null;
    return [{ at, index, version: typeof drift!.version === 'string' ? drift!.version : '' }];
  });
}
