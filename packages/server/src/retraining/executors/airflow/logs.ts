import { z } from 'zod';
import type { LogPage } from '../executor.ts';
import type { Airflow } from './api.ts';

const MOST_TASKS = 100;
const OVER = new Set(['success', 'failed', 'skipped', 'upstream_failed', 'removed']);

const Tasks = z.looseObject({
  task_instances: z.array(
    z.looseObject({
      task_id: z.string(),
      map_index: z.int().default(-1),
      state: z.string().nullable(),
      start_date: z.string().nullable(),
      try_number: z.int().nullable(),
    }),
  ),
});
type Task = z.infer<typeof Tasks>['task_instances'][number];

/** Of each task: the try that is being read, lines of it that were read, and whether no more will come. */
type Cursor = Record<string, [number, number, boolean]>;

/** Lines that the tasks wrote since the cursor. Airflow gives each log whole, as far as it is written. */
export async function readLogs(peer: Airflow, tasksPath: string, cursor: string | null): Promise<LogPage> {
  const read: Cursor = cursor === null ? {} : JSON.parse(cursor);
  const { task_instances } = await peer.read('GET', `${tasksPath}?limit=${MOST_TASKS}`, Tasks);
  const begun = task_instances
    .filter(({ try_number }) => (try_number ?? 0) > 0)
    .sort((a, b) => String(a.start_date).localeCompare(String(b.start_date)));
  const lines: string[] = [];
  for (const task of begun) {
    const name = task.map_index < 0 ? task.task_id : `${task.task_id}[${task.map_index}]`;
    let [attempt, n, over] = read[name] ?? [1, 0, false];
    while (!over) {
      const written = await readLog(peer, tasksPath, task, attempt);
      const fresh = written.slice(n);
      lines.push(...(begun.length > 1 ? fresh.map((line) => `${name}: ${line}`) : fresh));
      n = Math.max(n, written.length);
      // What a task wrote last may come after its end: another look at the whole of it follows.
      over = fresh.length === 0 && OVER.has(task.state ?? '');
      if (attempt >= task.try_number!) break;
      [attempt, n] = [attempt + 1, 0];
    }
    read[name] = [attempt, n, over];
  }
  return { lines, cursor: JSON.stringify(read) };
}

async function readLog(peer: Airflow, tasksPath: string, task: Task, attempt: number): Promise<string[]> {
  const path = `${tasksPath}/${encodeURIComponent(task.task_id)}/logs/${attempt}`;
  const accept = peer.api === '3' ? 'application/x-ndjson' : 'text/plain';
  const { status, body } = await peer.call('GET', `${path}?full_content=true&map_index=${task.map_index}`, {
    headers: { accept },
    accept: [404],
  });
  if (status === 404) return [];
  return peer.api === '3' ? readEvents(body) : readText(body);
}

/** Airflow 3: an event on each line, after some that say from where the log came. */
export function readEvents(body: string): string[] {
  const lines: string[] = [];
  let about = false;
  for (const row of body.split('\n')) {
    const event = Event.safeParse(parsed(row)).data;
    if (!event) continue;
    if (event.event.startsWith('::group::Log message source')) about = true;
    else if (!about) lines.push(...event.event.split('\n'), ...(event.error_detail ?? []).map(told));
    else if (event.event === '::endgroup::') about = false;
  }
  return lines.filter((line) => !/^::(group|endgroup)::/.test(line));
}

const Problem = z.looseObject({ exc_type: z.string(), exc_value: z.string() });
const Event = z.looseObject({ event: z.string(), error_detail: z.array(Problem).optional().catch(undefined) });
const told = ({ exc_type, exc_value }: z.infer<typeof Problem>): string => `${exc_type}: ${exc_value}`;

function parsed(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return null;
  }
}

/** Airflow 2: a text that begins with its host and from where the log came. The last line counts when it has ended. */
export function readText(body: string): string[] {
  const lines = body
    .slice(0, body.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  const source = lines.findIndex((line) => line.includes('::group::Log message source'));
  return lines.slice(source + 1).filter((line) => !line.startsWith('*** ') && !/ ::(group|endgroup)::/.test(line));
}
