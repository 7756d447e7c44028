import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, expect, it } from 'vitest';
import { findCandidate } from './candidate.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'leeway-candidate-'));
  made.push(root);
  for (const name of files) {
    mkdirSync(dirname(join(root, 'output', name)), { recursive: true });
    writeFileSync(join(root, 'output', name), `of ${name}`);
  }
  return join(root, 'output');
}

const SAID = 'holdout_predictions.parquet';

it.each<[string, string[], { file: string; format: string; said: boolean } | string]>([
  ['an ONNX file', ['model.onnx'], { file: 'model.onnx', format: 'onnx', said: false }],
  ['one in a folder', ['deep/er/m.onnx', 'metrics.json'], { file: 'deep/er/m.onnx', format: 'onnx', said: false }],
  [
    'an ONNX model of MLflow',
    ['m/MLmodel', 'm/model.onnx', SAID],
    { file: 'm/model.onnx', format: 'onnx', said: false },
  ],
  [
    'a file of any kind with predictions',
    ['model.pkl', SAID, 'explanations.json'],
    { file: 'model.pkl', format: 'external', said: true },
  ],
  [
    'a folder of MLflow with predictions',
    ['m/MLmodel', 'm/model.pkl', SAID],
    { file: '../output.zip', format: 'external', said: true },
  ],
  [
    'an upload that broke off beside the model',
    ['model.onnx', 'x.onnx.1-2.partial'],
    { file: 'model.onnx', format: 'onnx', said: false },
  ],
  ['two ONNX files', ['a.onnx', 'b.onnx'], 'ambiguous_candidate'],
  ['two folders of MLflow', ['a/MLmodel', 'b/MLmodel', SAID], 'ambiguous_candidate'],
  ['a folder of MLflow and another file', ['a/MLmodel', 'b.pkl', SAID], 'ambiguous_candidate'],
  ['two other files', ['a.pkl', 'b.pkl', SAID], 'ambiguous_candidate'],
  ['a file of any kind without predictions', ['model.pkl'], 'no_candidate'],
  ['predictions without a model', [SAID, 'metrics.json'], 'no_candidate'],
  ['nothing', [], 'no_candidate'],
])('%s', async (_, files, expected) => {
  const output = folderWith(files);
  if (typeof expected === 'string') return expect(findCandidate(output)).rejects.toMatchObject({ code: expected });
  expect(await findCandidate(output)).toEqual({
    path: join(output, expected.file),
    format: expected.format,
    predictions: expected.said ? join(output, SAID) : null,
  });
});

it('finds the same again', async () => {
  const output = folderWith(['m/MLmodel', 'm/model.pkl', SAID]);
  expect(await findCandidate(output)).toEqual(await findCandidate(output));
});

it('makes the same bytes of the same folder, and all of it', async () => {
  const files = ['m/MLmodel', 'm/code/a.py', 'm/model.pkl', SAID];
  const [first, second] = [await findCandidate(folderWith(files)), await findCandidate(folderWith(files))];
  const bytes = readFileSync(first.path);
  expect(readFileSync(second.path).equals(bytes)).toBe(true);
  const unpacked = Object.entries(unzipSync(bytes)).map(([name, data]) => [name, Buffer.from(data).toString()]);
  expect(unpacked).toEqual([
    ['m/MLmodel', 'of m/MLmodel'],
    ['m/code/a.py', 'of m/code/a.py'],
    ['m/model.pkl', 'of m/model.pkl'],
  ]);
});
