import { readFile, rename, writeFile } from 'node:fs/promises';
import { LeewayError } from '@leeway/contract';
import { type DetectorState, detector, type ParameterValues, restoreDetector } from '@leeway/stats';

/** The state that an earlier run left in the file, or a fresh one. What is asked for must be what was begun with. */
export async function loadState(path: string | undefined, id: string, set: ParameterValues): Promise<DetectorState> {
  const fresh = createState(id, set);
  const text = path === undefined ? null : await readFile(path, 'utf8').catch(missing);
  if (text === null) return fresh;
  let saved: DetectorState;
  try {
    saved = restoreDetector(JSON.parse(text));
  } catch (error) {
    throw new LeewayError('file_unreadable', `${path} is no state of a detector: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (saved.detector !== id) {
    throw new LeewayError('bad_option', `${path} is the state of ${saved.detector}, and --detector says ${id}`);
  }
  for (const name of Object.keys(set)) {
    if (saved.parameters[name] === fresh.parameters[name]) continue;
    const values = `${saved.parameters[name]}, and --set says ${fresh.parameters[name]}`;
    throw new LeewayError('bad_option', `${path} was begun with ${name}=${values}; a state keeps its parameters`);
  }
  return saved;
}

/** Writes the state whole or not at all. */
export async function saveState(path: string, state: DetectorState): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, `${JSON.stringify(state)}\n`);
    await rename(partial, path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new LeewayError('bad_option', `${path} cannot be written: ${why}`, { cause: error });
  }
}

/** Parameters as the command line gives them: `name=value`, read as the kind that the detector's default has. */
export function parseSettings(id: string, settings: readonly string[]): ParameterValues {
  const { parameters } = detector(id);
  const values: ParameterValues = {};
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at < 1) throw new LeewayError('bad_option', `--set ${setting}: expected name=value, such as delta=0.01`);
    const [name, text] = [setting.slice(0, at), setting.slice(at + 1)];
    const usual = Object.hasOwn(parameters, name) ? parameters[name]!.default : text;
    if (typeof usual === 'number') values[name] = text.trim() === '' ? Number.NaN : Number(text);
    else values[name] = typeof usual === 'boolean' && /^(true|false)$/.test(text) ? text === 'true' : text;
  }
  createState(id, values);
  return values;
}

function createState(id: string, set: ParameterValues): DetectorState {
  try {
    return detector(id).create(set);
  } catch (error) {
    throw new LeewayError('bad_option', `--set: ${(error as Error).message}`, { cause: error });
  }
}

function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw new LeewayError('file_unreadable', `--state: ${error.message}`, { cause: error });
}
