import { z } from 'zod';
import type { ExecutorContext, LogPage } from '../executor.ts';
import { callPeer } from '../http.ts';
import { at, type Connection, listPeer } from './api.ts';

const Job = z.object({ id: z.number(), name: z.string(), status: z.string() });
const ENDED = ['success', 'failed', 'canceled', 'skipped'];
/** How many lines of each job were read, by its id. */
const Cursor = z.record(z.string(), z.int());

/** The traces of the jobs, in the order in which they were made. */
export async function readTraces(
  ctx: ExecutorContext,
  connection: Connection,
  pipeline: string,
  wanted: string | undefined,
  cursor: string | null,
): Promise<LogPage> {
  const seen = Cursor.parse(JSON.parse(cursor ?? '{}'));
  const jobs = await listPeer(ctx, connection, `/pipelines/${pipeline}/jobs`, {}, Job);
  const lines: string[] = [];
  for (const job of jobs.sort((a, b) => a.id - b.id)) {
    if (wanted !== undefined && job.name !== wanted) continue;
    const request = at(connection, { path: `/jobs/${job.id}/trace`, accept: [404], mostBytes: 8_388_608 });
    const { status, body } = await callPeer(ctx, request);
    if (status !== 200) continue;
    const written = linesOf(body, ENDED.includes(job.status));
    const from = seen[job.id] ?? 0;
    lines.push(...written.slice(from));
    seen[job.id] = Math.max(from, written.length);
  }
  return { lines, cursor: JSON.stringify(seen) };
}

/** Without the marks of sections and colours. A line that is not at its end yet is left for later. */
function linesOf(trace: string, ended: boolean): string[] {
  const lines = trace.split('\n');
  const last = lines.pop() ?? '';
  if (ended && last !== '') lines.push(last);
  return lines.map((line) =>
    line
      .replace(/section_(start|end):\d+:[^\r]*\r/g, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')
      .replace(/\r$/, ''),
  );
}
