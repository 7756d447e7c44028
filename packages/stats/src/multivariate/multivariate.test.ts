import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/multivariate.json' with { type: 'json' };
import { randomIntegers } from '../special/random.ts';
import type { TreeFeature } from '../trees/features.ts';
import { compareVectors } from './compare-vectors.ts';
import { domainClassifier } from './domain-classifier.ts';
import { linearMmd, maximumMeanDiscrepancy, medianBandwidth } from './maximum-mean-discrepancy.ts';
import { fitPca, type Moments, reconstructionErrors } from './pca.ts';
import { judgeReconstruction } from './reconstruction-threshold.ts';
import type { RowMatrix } from './row-matrix.ts';
import { mergeVectorSummaries, type VectorSummary } from './vector-summary.ts';

const matrix = (rows: readonly (readonly number[])[]): RowMatrix => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
});

function momentsOf(rows: readonly (readonly number[])[]): Moments {
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const means = rows[0]!.map((_, i) => average(rows.map((row) => row[i]!)));
  const off = rows.map((row) => row.map((value, i) => value - means[i]!));
  return { means, covariance: means.map((_, i) => means.map((_, j) => average(off.map((row) => row[i]! * row[j]!)))) };
}

/** Standard normal numbers that are the same every time. */
function normals(seed: number): () => number {
  const next = randomIntegers(seed);
  const uniform = () => (next() + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const sampleOf = (normal: () => number, rows: number, row: (x: number, y: number) => number[]) =>
  matrix(Array.from({ length: rows }, () => row(normal(), normal())));

const spread = { rows: 0, columns: 2, values: new Float64Array(0) };

describe('principal components', () => {
  it.each(vectors.pca.cases)('as scikit-learn: $name', ({ rows, variance, explainedVarianceRatio, errors }) => {
    const pca = fitPca(momentsOf(rows), variance)!;
    expect(pca.explainedVarianceRatio).toHaveLength(explainedVarianceRatio.length);
    pca.explainedVarianceRatio.forEach((share, i) => expect(share).toBeCloseTo(explainedVarianceRatio[i]!, 10));
    reconstructionErrors(pca, matrix(rows)).forEach((error, i) => expect(error).toBeCloseTo(errors[i]!, 8));
  });

  it('says nothing where every direction is kept, or fewer than two columns vary', () => {
    expect(
      fitPca({
        means: [0, 0],
        covariance: [
          [1, 0],
          [0, 0],
        ],
      }),
    ).toBeNull();
    expect(
      fitPca(
        {
          means: [0, 0],
          covariance: [
            [1, 0],
            [0, 1],
          ],
        },
        0.65,
      ),
    ).toBeNull();
    expect(fitPca({ means: [], covariance: [] })).toBeNull();
    expect(() => fitPca({ means: [0], covariance: [[Number.NaN]] })).toThrow(RangeError);
    expect(() => fitPca({ means: [0], covariance: [[1]] }, 1)).toThrow(RangeError);
  });

  it('components and residual directions are one orthonormal basis', () => {
    const entry = fc.double({ min: -10, max: 10, noNaN: true });
    const table = fc
      .integer({ min: 3, max: 6 })
      .chain((k) => fc.array(fc.array(entry, { minLength: k, maxLength: k }), { minLength: 8, maxLength: 20 }));
    fc.assert(
      fc.property(table, (rows) => {
        const pca = fitPca(momentsOf(rows), 0.5);
        if (!pca) return;
        const basis = [...pca.components, ...pca.residuals];
        basis.forEach((a, i) =>
          basis.forEach((b, j) => {
            const product = a.reduce((sum, x, place) => sum + x * b[place]!, 0);
            expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
          }),
        );
        const sums = reconstructionErrors(pca, matrix(rows));
        for (const error of sums) expect(error).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('thresholds of the reconstruction error', () => {
  const chunks = [1, 1.1, 0.9, 1.05, 0.95, 1, 1, 1].map((mean) => ({ n: 400, mean, deviation: 0.5 }));
  const reference = { n: 3200, mean: 1, deviation: 0.5 };
  it.each([
    { name: 'inside', n: 400, mean: 1.1, drifted: false },
    { name: 'above', n: 400, mean: 1.3, drifted: true },
    { name: 'below: the structure grew simpler', n: 400, mean: 0.7, drifted: true },
    { name: 'a small window is not blamed for its size', n: 36, mean: 1.2, drifted: false },
    { name: 'too small a window', n: 20, mean: 3, drifted: null },
    { name: 'no rows', n: 0, mean: 0, drifted: null },
  ])('$name', ({ n, mean, drifted }) => {
    expect(judgeReconstruction({ n, mean, deviation: 0.5 }, reference, chunks).drifted).toBe(drifted);
  });

  it("are NannyML's where the window is as large as a chunk", () => {
    const { values, lower, upper, referenceChunks } = vectors.reconstruction;
    const own = values.slice(0, referenceChunks).map((mean) => ({ n: 200, mean, deviation: 0.1 }));
    const judged = judgeReconstruction(own[0]!, { n: 1200, mean: 0.9, deviation: 0.1 }, own);
    expect(judged.thresholds!.lower).toBeCloseTo(lower, 12);
    expect(judged.thresholds!.upper).toBeCloseTo(upper, 12);
  });

  it('wants six chunks', () => {
    expect(judgeReconstruction(reference, reference, chunks.slice(0, 5)).reason).toBe('insufficient');
    expect(judgeReconstruction(reference, { ...reference, n: 0 }, chunks).reason).toBe('empty_reference');
  });
});

describe('maximum mean discrepancy', () => {
  it.each(vectors.mmd.cases)('by formula, and as stated: $name', (vector) => {
    const [reference, current] = [matrix(vector.reference), matrix(vector.current)];
    const found = maximumMeanDiscrepancy(reference, current, { bandwidth: vector.bandwidth, permutations: 9 });
    expect(found.unbiased).toBeCloseTo(vector.unbiased, 12);
    expect(found.biased).toBeCloseTo(vector.biased, 12);
    if (vector.stated !== null) expect(found.unbiased).toBeCloseTo(vector.stated, 7);
    expect(
      medianBandwidth({
        ...reference,
        rows: reference.rows + current.rows,
        values: Float64Array.from([...reference.values, ...current.values]),
      }),
    ).toBeCloseTo(vector.medianBandwidth, 12);
  });

  it('p counts the observation itself: it is never 0, and holds its level under the null', () => {
    const normal = normals(3);
    const pValues = Array.from({ length: 300 }, (_, seed) => {
      const [a, b] = [sampleOf(normal, 12, (x, y) => [x, y]), sampleOf(normal, 15, (x, y) => [x, y])];
      return maximumMeanDiscrepancy(a, b, { permutations: 39, seed }).pValue!;
    });
    for (const p of pValues) expect(p).toBeGreaterThanOrEqual(1 / 40);
    // Uniform on 1/40, ..., 1: the largest gap of the distribution functions stays below its 1 % point.
    const gap = Math.max(
      ...Array.from({ length: 40 }, (_, i) => {
        const level = (i + 1) / 40;
        return Math.abs(pValues.filter((p) => p <= level + 1e-9).length / pValues.length - level);
      }),
    );
    expect(gap).toBeLessThan(1.63 / Math.sqrt(300));
    const far = maximumMeanDiscrepancy(
      sampleOf(normal, 40, (x, y) => [x, y]),
      sampleOf(normal, 40, (x, y) => [x + 9, y]),
    );
    expect(far.pValue).toBe(1 / 200);
  });

  it('finds a correlation that turned round', () => {
    const normal = normals(5);
    const a = sampleOf(normal, 300, (x, y) => [x, 0.9 * x + 0.44 * y]);
    const b = sampleOf(normal, 300, (x, y) => [x, -0.9 * x + 0.44 * y]);
    const found = maximumMeanDiscrepancy(a, b);
    expect(found.pValue).toBe(1 / 200);
    expect(found.unbiased).toBeGreaterThan(0.05);
  });

  it('identical rows give a biased discrepancy of 0 and p 1; sides may be exchanged', () => {
    const rows = fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 2 }), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(rows, rows, (p, q) => {
        const [a, b] = [matrix(p), matrix(q)];
        const same = maximumMeanDiscrepancy(a, a, { bandwidth: 1, permutations: 19 });
        expect(same.biased).toBeCloseTo(0, 12);
        expect(same.pValue).toBeGreaterThan(0.05);
        const there = maximumMeanDiscrepancy(a, b, { bandwidth: 1, permutations: 0 });
        const back = maximumMeanDiscrepancy(b, a, { bandwidth: 1, permutations: 0 });
        expect(there.unbiased).toBeCloseTo(back.unbiased!, 12);
        expect(there.biased).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });

  it('in linear time it agrees with the quadratic estimate, and its interval holds the truth', () => {
    const normal = normals(8);
    const a = sampleOf(normal, 4000, (x, y) => [x, y]);
    const b = sampleOf(normal, 4000, (x, y) => [x + 0.5, y]);
    const fast = linearMmd(a, b, { bandwidth: 1 });
    // E k(x, x') of N(0, I) in 2 dimensions under width 1 is 1/3; a shift d scales it by exp(-d^2 / 6).
    const truth = (2 / 3) * (1 - Math.exp(-0.25 / 6));
    expect(fast.lower!).toBeLessThan(truth);
    expect(fast.upper!).toBeGreaterThan(truth);
    expect(fast.pValue!).toBeLessThan(1e-3);
    expect(fast.pairs).toBe(2000);
  });

  it.each([
    { name: 'no reference', a: spread, b: matrix([[1, 2]]), reason: 'empty_reference' },
    { name: 'no window', a: matrix([[1, 2]]), b: spread, reason: 'empty_current' },
    { name: 'one row', a: matrix([[1, 2]]), b: matrix([[1, 2]]), reason: 'insufficient' },
    { name: 'all rows equal', a: matrix(Array(6).fill([1, 2])), b: matrix(Array(6).fill([1, 2])), reason: 'no_spread' },
  ])('$name: $reason', ({ a, b, reason }) => {
    expect(maximumMeanDiscrepancy(a, b).reason).toBe(reason);
    expect(linearMmd(a, b).reason).toBe(reason);
  });
});

describe('domain classifier', () => {
  const numbers = (values: readonly (number | null)[]): TreeFeature => ({
    kind: 'numeric',
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  });
  const categories = (values: readonly (string | null)[]): TreeFeature => {
    const known = [...new Set(values)].filter((value) => value !== null);
    return { kind: 'categorical', values: Int32Array.from(values, (value) => known.indexOf(value as string)) };
  };

  it("tells the sides apart as well as NannyML's LightGBM, and where it does not", () => {
    const { table, domains, reconstruction } = vectors;
    const rows = reconstruction.chunk * reconstruction.referenceChunks;
    domains.values.forEach((auroc, i) => {
      const own = <T>(values: T[]) => {
        const start = rows + i * domains.chunk;
        return [...values.slice(0, rows), ...values.slice(start, start + domains.chunk)];
      };
      const found = domainClassifier(
        [
          { column: 'a', feature: numbers(own(table.a)) },
          { column: 'b', feature: numbers(own(table.b)) },
          { column: 'c', feature: numbers(own(table.c)) },
          { column: 'city', feature: categories(own(table.city)) },
        ],
        rows,
      );
      expect(Math.abs(found.auc! - auroc)).toBeLessThan(0.03);
      expect(found.drifted).toBe(auroc > 0.65);
      if (found.drifted) {
        expect(
          found.columns
            .slice(0, 2)
            .map(({ column }) => column)
            .sort(),
        ).toEqual(['a', 'b']);
        for (const { auc } of found.columns) expect(auc).toBeLessThan(0.56); // alone, none of them shows it
      }
    });
  });

  it('rarely finds a difference where there is none', () => {
    const normal = normals(4);
    let outside = 0;
    for (let seed = 0; seed < 20; seed++) {
      const values = Array.from({ length: 400 }, normal);
      const found = domainClassifier([{ column: 'x', feature: numbers(values) }], 200, { seed, maxIter: 10 });
      expect(found.drifted).toBe(false);
      if (found.lower! > 0.5 || found.upper! < 0.5) outside++;
    }
    expect(outside).toBeLessThanOrEqual(3);
  });

  it.each([
    { name: 'few rows', rows: 60, reference: 30, reason: 'insufficient' },
    { name: 'no reference', rows: 100, reference: 0, reason: 'empty_reference' },
    { name: 'no window', rows: 100, reference: 100, reason: 'empty_current' },
  ])('$name: $reason', ({ rows, reference, reason }) => {
    const feature = numbers(Array.from({ length: rows }, (_, i) => i));
    expect(domainClassifier([{ column: 'x', feature }], reference)).toMatchObject({ reason, drifted: null, auc: null });
  });

  it('sides that differ in every row', () => {
    const feature = numbers(Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1)));
    expect(domainClassifier([{ column: 'x', feature }], 100)).toMatchObject({ auc: 1, drifted: true });
    const constant = numbers(Array(200).fill(null));
    expect(domainClassifier([{ column: 'x', feature: constant }], 100)).toMatchObject({ auc: 0.5, drifted: false });
  });
});

describe('vectors', () => {
  const summaryOf = (rows: readonly (readonly number[])[]): VectorSummary => ({
    kind: 'vector',
    count: rows.length,
    missing: 0,
    dimension: rows[0]!.length,
    sums: rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0)),
    sumSquares: rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]! ** 2, 0)),
    normSum: rows.reduce((sum, row) => sum + Math.hypot(...row), 0),
  });
  const cloud = (seed: number, shift: readonly number[], rows = 500) => {
    const normal = normals(seed);
    return summaryOf(Array.from({ length: rows }, () => shift.map((x) => x + normal())));
  };
  const before = [2, 2, 0, 0, 0, 0, 0, 0, 0, 0];

  it.each([
    { name: 'the same', after: before, drifted: false },
    {
      name: 'one component of ten, a little: few components, small angle',
      after: [2.5, ...before.slice(1)],
      drifted: false,
    },
    { name: 'three components of ten', after: [2.5, 2.5, 0.5, ...before.slice(3)], drifted: true },
    { name: 'turned', after: [2, -2, ...before.slice(2)], drifted: true },
  ])('$name', ({ after, drifted }) => {
    const found = compareVectors(cloud(1, before), cloud(2, after));
    expect(found.drifted).toBe(drifted);
    const [a, b] = [cloud(1, before), cloud(2, after)].map(({ sums }) => sums.map((sum) => sum / 500)) as [
      number[],
      number[],
    ];
    expect(found.euclidean).toBeCloseTo(Math.hypot(...a.map((x, i) => x - b[i]!)), 12);
  });

  it('merging is as summarising all rows, and no side is no answer', () => {
    const normal = normals(9);
    const rows = Array.from({ length: 40 }, () => [normal(), normal(), normal()]);
    const merged = mergeVectorSummaries(summaryOf(rows.slice(0, 13)), summaryOf(rows.slice(13)));
    const whole = summaryOf(rows);
    expect(merged.count).toBe(whole.count);
    merged.sumSquares.forEach((square, i) => expect(square).toBeCloseTo(whole.sumSquares[i]!, 10));
    const empty = { ...whole, count: 0, sums: [0, 0, 0], sumSquares: [0, 0, 0], normSum: 0 };
    expect(compareVectors(empty, whole)).toMatchObject({ drifted: null, reason: 'empty_reference' });
    expect(compareVectors(whole, empty)).toMatchObject({ drifted: null, reason: 'empty_current' });
    const huge = { ...whole, sums: [1e308, 1e308, 1e308], sumSquares: [1e308, 1e308, 1e308] };
    expect(compareVectors(huge, { ...huge, sums: [-1e308, -1e308, -1e308] }).euclidean ?? 0).toBeLessThan(Infinity);
    expect(() => compareVectors(whole, { ...whole, dimension: 2 })).toThrow(RangeError);
  });

  it('whatever the vectors, the answer is finite, symmetric in its distances, and 0 for the same side', () => {
    const entry = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constantFrom(0, 1, 1e-300, -1e150));
    const side = fc.array(fc.array(entry, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(side, side, (p, q) => {
        const [a, b] = [summaryOf(p), summaryOf(q)];
        const there = compareVectors(a, b);
        const back = compareVectors(b, a);
        for (const value of [there.euclidean, there.cosine, there.componentShare, there.pValue]) {
          if (value !== null) expect(Number.isFinite(value)).toBe(true);
        }
        expect(there.euclidean).toBe(back.euclidean);
        expect(there.cosine).toBe(back.cosine);
        const same = compareVectors(a, a);
        if (same.euclidean !== null) expect(same.euclidean).toBe(0);
        expect(same.drifted ?? false).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
