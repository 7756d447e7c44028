import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { LeewayError } from '@leeway/contract';

const GAP = /^(|na|n\/a|nan|null|none)$/i;

/** Whether a file is a plain list of numbers: text whose first line is nothing but one. */
export async function isListOfNumbers(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (file === null) return false; // the reader of tables says what is wrong
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0).finally(() => file.close());
  const head = buffer.subarray(0, bytesRead);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    for await (const line of linesOf(path)) return isNumber(line);
    return false;
  }
  return isNumber(head.toString('latin1').split('\n', 1)[0]!);
}

/** The numbers of a list, one a line, NaN where a line has none. Those of stdin (`null`) are handed on as they come. */
export async function* readLines(path: string | null): AsyncGenerator<Float64Array> {
  const most = path === null ? 1 : 4096;
  let number = 0;
  let values: number[] = [];
  for await (const line of linesOf(path)) {
    number++;
    const text = line.trim();
    if (!isNumber(text) && !GAP.test(text)) {
      const from = path ?? 'stdin';
      throw new LeewayError(
        'file_unreadable',
        `${from}: line ${number}: expected a number, got "${text.slice(0, 40)}"`,
      );
    }
    values.push(isNumber(text) ? Number(text) : Number.NaN);
    if (values.length < most) continue;
    yield Float64Array.from(values);
    values = [];
  }
  yield Float64Array.from(values);
}

function linesOf(path: string | null): AsyncIterable<string> {
  if (path === null) return createInterface({ input: process.stdin });
  const source = createReadStream(path);
  return createInterface({ input: path.endsWith('.gz') ? source.pipe(createGunzip()) : source });
}

const isNumber = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));
