import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'metrics.json';
const Metrics = z.record(z.string().max(200), z.number().nullable());
const MOST = 500;

/**
 * What a trainer says of itself: what it reported while it ran, and metrics.json in its output folder, which goes before. A
 * file that cannot be read is nothing: the model is what counts.
 */
export async function reportedMetrics(
  output: string,
  reported: Record<string, number | null>,
): Promise<Record<string, number | null>> {
  const text = await readFile(join(output, FILE), 'utf8').catch(() => '{}');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return reported;
  }
  const parsed = Metrics.safeParse(document);
  return parsed.success ? Object.fromEntries(Object.entries({ ...reported, ...parsed.data }).slice(0, MOST)) : reported;
}
