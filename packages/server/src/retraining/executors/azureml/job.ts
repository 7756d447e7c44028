import type { Ticket } from '../executor.ts';
import { chosenParameters, contractOf } from '../parameters.ts';
import type { Options } from './index.ts';

/** The properties of the job: those of the options, with the training contract in them. */
export function jobOf({ job = { jobType: 'Command' }, inputs }: Options, ticket: Ticket, now: number) {
  const seconds = Math.max(60, Math.ceil((ticket.deadline - now) / 1_000));
  const common = {
    displayName: `${ticket.model} ${ticket.key}`,
    description: ticket.reason,
    ...job,
    tags: { ...membersOf(job['tags']), leeway_training: ticket.key, leeway_run: ticket.run },
  };
  if (job.jobType === 'Command') {
    return {
      // So that it ends even where nobody is there to end it.
      limits: { jobLimitsType: 'Command', timeout: `PT${seconds}S` },
      ...common,
      environmentVariables: { ...membersOf(job['environmentVariables']), ...contractOf(ticket) },
    };
  }
  const literals = Object.entries(chosenParameters(ticket, inputs)).map(([name, value]) => [
    name,
    { jobInputType: 'literal', value },
  ]);
  return { ...common, inputs: { ...membersOf(job['inputs']), ...Object.fromEntries(literals) } };
}

const membersOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
