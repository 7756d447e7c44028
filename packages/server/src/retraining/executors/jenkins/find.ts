import { z } from 'zod';
import type { ExecutorContext, Handle } from '../executor.ts';
import { readPeer } from '../http.ts';
import { wanting } from '../not-found.ts';
import { at } from './api.ts';
import type { Options } from './index.ts';

const Parameter = z.object({ name: z.string(), value: z.unknown() });
/** An action without parameters is an empty object. */
const Actions = z.array(z.object({ parameters: z.array(Parameter).optional() }).nullable()).optional();
const PARAMETERS = 'actions[parameters[name,value]]';

/** The build, else the queue item, that was given this value of a parameter. */
export async function find(
  ctx: ExecutorContext,
  options: Options,
  name: string,
  value: string,
): Promise<Handle | undefined> {
  const carries = ({ actions = [] }: { actions?: z.infer<typeof Actions> }) =>
    actions.some((action) => action?.parameters?.some((one) => one.name === name && one.value === value));
  // First the queue: what leaves it between the two calls is then among the builds.
  const waiting = at(options, `/queue/api/json?tree=items[id,${PARAMETERS}]`, 'root');
  const Queue = z.object({ items: z.array(z.object({ id: z.number(), actions: Actions })) });
  const { items } = await readPeer(ctx, waiting, Queue);
  const item = items.find(carries);
  if (item) return { item: String(item.id) };
  const built = at(options, `/api/json?tree=builds[number,${PARAMETERS}]{0,200}`);
  const Builds = z.object({ builds: z.array(z.object({ number: z.number(), actions: Actions })) });
  const { builds } = await wanting(`job ${options.job}`, () => readPeer(ctx, built, Builds));
  const build = builds.find(carries);
  return build && { build: String(build.number) };
}
