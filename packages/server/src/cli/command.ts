import type { Command } from 'commander';
import { Api, type ApiOptions } from './api.ts';

/** Adds one command, or a group of them, to the program. */
export type AddCommand = (program: Command) => void;

export interface GlobalOptions extends ApiOptions {
  json?: boolean;
}

/** A command that asks the server: the action is given the API, its arguments and its options. */
export function serverCommand<A extends string[], O extends object>(
  parent: Command,
  /** As commander reads it; `list*` makes it the group's default. */
  spec: string,
  description: string,
  example: string,
  configure: (command: Command) => Command,
  action: (api: Api, args: A, options: O & GlobalOptions) => Promise<void>,
): void {
  const isDefault = /^\S+\*/.test(spec);
  const command = configure(parent.command(spec.replace('*', ''), { isDefault }).description(description))
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExample:\n  ${example}`);
  command.exitOverride().action(async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const options = self.optsWithGlobals<O & GlobalOptions>();
    await action(await Api.connect(options), given.slice(0, -2).filter((arg) => arg !== undefined) as A, options);
  });
}
