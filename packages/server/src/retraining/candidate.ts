import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { packFolder } from '../platform/pack-folder.ts';

/** What a trainer left. */
export interface Candidate {
  path: string;
  /** `onnx` is run here; of an `external` one the trainer itself says what it predicts for the held-out rows. */
  format: 'onnx' | 'external';
  /** The file with those predictions. */
  predictions: string | null;
}

const PREDICTIONS = 'holdout_predictions.parquet';
/** What stands beside a model and is none. */
const BESIDE: ReadonlySet<string> = new Set([PREDICTIONS, 'metrics.json', 'explanations.json', 'environment.json']);
/** The file that makes a folder a model of MLflow. */
const MLMODEL = 'MLmodel';

/**
 * The one model in an output folder: one .onnx file wherever it lies, or else one other file, or one folder of MLflow, beside
 * the predictions of the held-out rows. A folder becomes one file. @throws LeewayError `no_candidate`, `ambiguous_candidate`.
 */
export async function findCandidate(output: string): Promise<Candidate> {
  const entries = await readdir(output, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.partial'))
    .map((entry) => join(entry.parentPath, entry.name).slice(output.length + 1))
    .sort();
  const onnx = files.filter((file) => file.endsWith('.onnx'));
  if (onnx.length === 1) return { path: join(output, onnx[0]!), format: 'onnx', predictions: null };
  if (onnx.length > 1) throw ambiguous(onnx);
  const others = files.filter((file) => !BESIDE.has(file));
  if (!files.includes(PREDICTIONS)) {
    throw new LeewayError('no_candidate', `${output} has no .onnx file and no ${PREDICTIONS}; ${listed(files)}`);
  }
  if (others.length === 0) throw new LeewayError('no_candidate', `${output} has no model beside ${PREDICTIONS}`);
  const predictions = join(output, PREDICTIONS);
  const folders = others.filter((file) => file.endsWith(`/${MLMODEL}`)).map((file) => dirname(file));
  const outside = others.filter((file) => !folders.some((folder) => file.startsWith(`${folder}/`)));
  if (folders.length === 1 && outside.length === 0) {
    return { path: await packFolder(join(output, folders[0]!), `${output}.zip`), format: 'external', predictions };
  }
  if (others.length > 1) throw ambiguous([...folders, ...outside]);
  return { path: join(output, others[0]!), format: 'external', predictions };
}

function ambiguous(files: string[]): LeewayError {
  return new LeewayError('ambiguous_candidate', `there are ${files.slice(0, 10).join(', ')}`);
}

const listed = (files: string[]): string =>
  files.length === 0 ? 'it is empty' : `it has ${files.slice(0, 10).join(', ')}`;
