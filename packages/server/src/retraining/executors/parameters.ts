import { z } from 'zod';
import type { Ticket } from './executor.ts';

/** The training contract as a remote trainer has it: what is empty is left out, since it has our files over HTTP. */
export const contractOf = ({ key, env, token }: Ticket): Record<string, string> => ({
  LEEWAY_TRAINING: key,
  ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  LEEWAY_TOKEN: token,
});

const Variable = z
  .string()
  .regex(
    /^(\*|LEEWAY_[A-Z_]+)$/,
    'expected a variable of the training contract, such as LEEWAY_TRAINING, or * for all',
  );

/** For peers that take only parameters which were declared: their names, and the variable that each is given. */
export const parameterMap = (shape: Record<string, string>) =>
  z
    .record(z.string().min(1), Variable)
    .default(shape)
    .describe(
      'Name of each parameter, and the variable of the training contract that it gets. `*` is all of them as JSON.',
    );

/** The values of a parameterMap. A variable that is not there is an empty text. */
export function chosenParameters(ticket: Ticket, map: Readonly<Record<string, string>>): Record<string, string> {
  const contract = contractOf(ticket);
  return Object.fromEntries(
    Object.entries(map).map(([name, variable]) => [
      name,
      variable === '*' ? JSON.stringify(contract) : (contract[variable] ?? ''),
    ]),
  );
}
