import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LeewayError } from '@leeway/contract';

/** What a trainer left. */
export interface Candidate {
  path: string;
  /** `onnx` is run here; of an `external` one the trainer itself says what it predicts for the held-out rows. */
  format: 'onnx' | 'external';
  /** The file with those predictions. */
  predictions: string | null;
}

const PREDICTIONS = 'holdout_predictions.parquet';
const METRICS = 'metrics.json';

/**
 * The one model in an output folder: one .onnx file wherever it lies, or else one other file beside the predictions of the
 * held-out rows. @throws LeewayError `no_candidate`, `ambiguous_candidate`.
 */
export async function findCandidate(output: string): Promise<Candidate> {
  const entries = await readdir(output, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(output.length + 1))
    .sort();
  const onnx = files.filter((file) => file.endsWith('.onnx'));
  if (onnx.length === 1) return { path: join(output, onnx[0]!), format: 'onnx', predictions: null };
  if (onnx.length > 1) throw ambiguous(onnx);
  if (!files.includes(PREDICTIONS)) {
    throw new LeewayError('no_candidate', `${output} has no .onnx file and no ${PREDICTIONS}; ${listed(files)}`);
  }
  const others = files.filter((file) => file !== PREDICTIONS && file !== METRICS);
  if (others.length === 0) throw new LeewayError('no_candidate', `${output} has no model beside ${PREDICTIONS}`);
  if (others.length > 1) throw ambiguous(others);
  return { path: join(output, others[0]!), format: 'external', predictions: join(output, PREDICTIONS) };
}

function ambiguous(files: string[]): LeewayError {
  return new LeewayError('ambiguous_candidate', `there are ${files.slice(0, 10).join(', ')}`);
}

const listed = (files: string[]): string =>
  files.length === 0 ? 'it is empty' : `it has ${files.slice(0, 10).join(', ')}`;
