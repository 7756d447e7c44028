import { Command, Option } from 'commander';
import { version } from '../app/version.ts';
import { COMMANDS } from './commands/index.ts';

/** The command line with every command. docs/reference/cli.md is made from it. */
export function createProgram(): Command {
  const program = new Command('leeway')
    .description('Keeps machine-learning models in production fit.')
    .version(version)
    .addOption(new Option('--url <url>', 'address of the server').env('LEEWAY_URL'))
    .addOption(new Option('--token <token>', 'token to call it with').env('LEEWAY_TOKEN'))
    .addOption(new Option('--data <dir>', 'data directory of the server').env('LEEWAY_DATA'))
    .option('--json', 'print one JSON document and nothing else on stdout')
    .showHelpAfterError('(leeway COMMAND --help shows an example)')
    .exitOverride();
  for (const add of COMMANDS) add(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}
