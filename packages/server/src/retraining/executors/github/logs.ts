import { unzipSync } from 'fflate';

/** What is unpacked at most: a zip can say far more in far less. */
const MOST_BYTES = 16_777_216;

/** The lines of the jobs, one after the other. Of each job the zip has a file of its own, and a folder with its steps. */
export function linesOfZip(zip: Uint8Array): string[] {
  let left = MOST_BYTES;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        if (!/^-?\d+_[^/]*\.txt$/.test(name) || originalSize > left) return false;
        left -= originalSize;
        return true;
      },
    });
  } catch {
    return ['The log is too large to be shown here, or broken: see the page of the run.'];
  }
  return Object.entries(files)
    .sort(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .flatMap(([, bytes]) => linesOf(Buffer.from(bytes).toString('utf8')));
}

/** Without the mark at the beginning, and without the time before each line. */
const linesOf = (text: string): string[] =>
  text
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''));
