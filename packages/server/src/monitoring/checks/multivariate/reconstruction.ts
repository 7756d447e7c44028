import { type ErrorSums, fitPca, type Moments, type Pca } from '@leeway/stats';
import { float, type Warehouse } from '../../../warehouse/warehouse.ts';
import { type Encoding, encodedSql, type JointRows } from './encode.ts';

/** The principal components of a reference, and how well they rebuild its own rows, in chunks of time. */
export interface FittedPca {
  pca: Pca;
  reference: ErrorSums;
  chunks: ErrorSums[];
}

const CHUNKS = 10;

/**
 * Means and covariances over the reference, by the engine. `null` where they are too large for sums of doubles. `encodings`
 * are of the columns by their places; a null one is left out.
 */
export async function countMoments(
  warehouse: Warehouse,
  reference: JointRows,
  encodings: readonly (Encoding | null)[],
): Promise<Moments | null> {
  const encoded = encodings.flatMap((encoding, i) => (encoding ? [encodedSql(encoding, i)] : []));
  if (encoded.length === 0) return null;
  const names = encoded.map((_, i) => `e${i}`);
  const inner = `(SELECT ${encoded.map((sql, i) => `${sql} AS e${i}`).join(', ')} FROM ${reference.sql})`;
  const [average] = await warehouse.query<{ means: (number | null)[] }>(
    `SELECT [${names.map((name) => `avg(${name})`).join(', ')}] AS means FROM ${inner}`,
    reference.params,
    'check/multivariate',
  );
  const means = average!.means;
  if (!means.every((mean) => mean !== null)) return null;
  // About the means, so that squares of large values keep their digits.
  const centred = names.map((name, i) => `${name} - (${float(means[i]!)})`);
  const [row] = await warehouse.query<{ covariance: (number | null)[][] }>(
    `SELECT covarPopMatrix(${centred.join(', ')}) AS covariance FROM ${inner}`,
    reference.params,
    'check/multivariate',
  );
  const covariance = row!.covariance;
  return covariance.every((line): line is number[] => line.every((value) => value !== null))
    ? { means, covariance: covariance as number[][] }
    : null;
}

/** Fits the components and counts the errors of the reference. `null` where they would say nothing; see `fitPca`. */
export async function fitReference(
  warehouse: Warehouse,
  reference: JointRows,
  encodings: readonly (Encoding | null)[],
  moments: Moments,
): Promise<FittedPca | null> {
  const pca = fitPca(moments);
  if (!pca) return null;
  const [cuts] = await warehouse.query<{ at: number[] }>(
    `SELECT quantilesDeterministic(${Array.from({ length: CHUNKS - 1 }, (_, i) => (i + 1) / CHUNKS).join(', ')})(__t, cityHash64(__k)) AS at
     FROM ${reference.sql}`,
    reference.params,
    'check/multivariate',
  );
  const chunk = `arrayCount(cut -> cut <= __t, [${cuts!.at.map(float).join(', ')}])`;
  const chunks = await countErrors(warehouse, reference, encodings, pca, chunk);
  return { pca, chunks, reference: together(chunks) };
}

/** Sums of all chunks. */
function together(chunks: readonly ErrorSums[]): ErrorSums {
  const n = chunks.reduce((sum, chunk) => sum + chunk.n, 0);
  const mean = chunks.reduce((sum, chunk) => sum + (chunk.n / n) * chunk.mean, 0);
  const squares = chunks.reduce(
    (sum, chunk) => sum + (chunk.n - 1) * chunk.deviation ** 2 + chunk.n * (chunk.mean - mean) ** 2,
    0,
  );
  return { n, mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 };
}

/** Reconstruction errors of rows, together or by chunk, counted by the engine. */
export async function countErrors(
  warehouse: Warehouse,
  rows: JointRows,
  encodings: readonly (Encoding | null)[],
  { means, scales, residuals }: Pca,
  chunk = '0',
): Promise<ErrorSums[]> {
  const used = encodings.flatMap((encoding, i) => (encoding ? [encodedSql(encoding, i)] : []));
  const scaled = used.map((sql, i) => `(${sql} - (${float(means[i]!)})) / ${float(scales[i]!)}`);
  const along = residuals.map((direction) => `pow(dotProduct([${direction.map(float).join(', ')}], z), 2)`);
  const found = await warehouse.query<{ n: number; mean: number; deviation: number | null }>(
    `SELECT count() AS n, avg(error) AS mean, stddevSampStable(error) AS deviation
     FROM (SELECT chunk, sqrt(${along.join(' + ')}) AS error
       FROM (SELECT ${chunk} AS chunk, [${scaled.join(', ')}] AS z FROM ${rows.sql}))
     GROUP BY chunk ORDER BY chunk`,
    rows.params,
    'check/multivariate',
  );
  if (chunk === '0' && found.length === 0) return [{ n: 0, mean: 0, deviation: 0 }];
  return found.map(({ n, mean, deviation }) => ({ n, mean, deviation: deviation ?? 0 }));
}
