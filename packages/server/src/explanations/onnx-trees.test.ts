import { countCovers, treeShap } from '@leeway/stats';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/explanations.json' with { type: 'json' };
import { readModel } from '../learner/onnx-proto.ts';
import { afterTrees, rawOf, readTrees } from './onnx-trees.ts';

const { background, training, cases } = vectors.trees;
const FEATURES = ['a', 'b', 'c', 'd', 'e'];
const flat = (rows: (number | null)[][]) =>
  Float64Array.from(rows.flat(), (x) => (x === null ? Number.NaN : Math.fround(x)));

describe.each(cases)('the ONNX file of $name', ({ onnx, rows, says, interventional, pathDependent }) => {
  const bytes = Buffer.from(onnx, 'base64');
  const trees = readTrees(readModel(bytes), FEATURES);
  const asked = flat(rows);
  // Of two classes scikit-learn's forests have an output each, of which the file keeps the second.
  const last = <T>(expected: T[]) => (trees.oneOfTwo ? expected.slice(-1) : expected);
  const expectAll = (found: readonly Float64Array[], all: number[][][]) => {
    const expected = last(all);
    expect(found).toHaveLength(expected.length);
    for (const [k, values] of expected.entries()) {
      for (const [i, value] of values.flat().entries()) expect(Math.abs(found[k]![i]! - value)).toBeLessThan(1e-6);
    }
  };

  it('says what the library and the runtime say', async () => {
    const said = afterTrees(trees, rawOf(trees, asked));
    for (const [i, value] of says.flat().entries()) expect(Math.abs(said[i]! - value)).toBeLessThan(1e-5);
    const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const feeds = {
      [session.inputNames[0]!]: new Tensor('float32', Float32Array.from(asked), [rows.length, FEATURES.length]),
    };
    const outputs = await session.run(feeds);
    const numbers = Object.values(outputs).find(({ type }) => type === 'float32')!;
    for (const [i, value] of said.entries()) expect(Math.abs((numbers.data[i] as number) - value)).toBeLessThan(1e-5);
    await session.release();
  });

  it('has the SHAP values of the shap package against a background', () => {
    const found = treeShap(trees.ensemble, asked, { background: flat(background) });
    expectAll(found.values, interventional.values);
    for (const [k, base] of last(interventional.base).entries())
      expect(Math.abs(found.base[k]! - base)).toBeLessThan(1e-6);
  });

  it.runIf(pathDependent.counted)('has those by its paths, with the training rows counted', () => {
    const found = treeShap(countCovers(trees.ensemble, flat(training)), asked);
    expectAll(found.values, pathDependent.values);
  });
});
