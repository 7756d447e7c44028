import { LeewayClientError } from './errors.ts';
import type { IngestResult } from './generated/resources.ts';
import type { Answer, Call } from './transport.ts';

export type RowKind = 'predictions' | 'labels' | 'feedback';

/** A request holds at most so many rows and characters, well below what a server takes by default. */
const MOST_ROWS = 10_000;
const MOST_CHARACTERS = 8_388_608;

/**
 * A value as JSON. What JSON does not have becomes null (NaN) or a text (bigint, dates).
 * @throws LeewayClientError `bad_row`, which names the value by `what`.
 */
export function encode(value: unknown, what: string): string {
  try {
    // `undefined` and functions make no JSON at all; the server names such a row in its answer.
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    try {
      return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? member.toString() : member));
    } catch {
      throw new LeewayClientError('bad_row', `${what}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** Lines in the portions in which they are sent. */
export function* portionsOf(rows: Iterable<unknown>): Generator<string[]> {
  let lines: string[] = [];
  let characters = 0;
  let position = 0;
  for (const row of rows) {
    const line = encode(row, `row ${position++}`);
    if (lines.length > 0 && (lines.length >= MOST_ROWS || characters + line.length > MOST_CHARACTERS)) {
      yield lines;
      lines = [];
      characters = 0;
    }
    lines.push(line);
    characters += line.length;
  }
  if (lines.length > 0) yield lines;
}

/** Sends one call, perhaps several times. */
export type Request = <T>(call: Call) => Promise<Answer<T>>;

/** Sends lines in one request; where the server finds it too large, in two of half the rows, and so on. */
export async function sendLines(
  request: Request,
  model: string,
  kind: RowKind,
  lines: readonly string[],
  signal?: AbortSignal,
): Promise<IngestResult> {
  try {
    const { data } = await request<IngestResult>({
      method: 'POST',
      path: `/api/v1/models/${encodeURIComponent(model)}/${kind}`,
      body: lines.join('\n'),
      contentType: 'application/x-ndjson',
      mayZip: true,
      signal,
    });
    return readResult(data);
  } catch (error) {
    if (!(error instanceof LeewayClientError) || error.status !== 413 || lines.length === 1) throw error;
  }
  const half = Math.ceil(lines.length / 2);
  const first = await sendLines(request, model, kind, lines.slice(0, half), signal);
  return addResults(first, await sendLines(request, model, kind, lines.slice(half), signal), half);
}

function readResult(data: IngestResult | null): IngestResult {
  if (typeof data?.accepted === 'number' && Array.isArray(data.rejected)) return data;
  const got = JSON.stringify(data)?.slice(0, 60);
  throw new LeewayClientError('bad_answer', `expected how many rows were stored, got ${got}`, { status: 200 });
}

/** Results of rows that were sent one part after the other; `offset` is where the second part begins. */
export function addResults(first: IngestResult, second: IngestResult, offset: number): IngestResult {
  return {
    accepted: first.accepted + second.accepted,
    duplicates: first.duplicates + second.duplicates,
    rejected: [...first.rejected, ...second.rejected.map((entry) => ({ ...entry, row: entry.row + offset }))],
  };
}
