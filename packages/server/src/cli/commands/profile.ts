import { writeFile } from 'node:fs/promises';
import { LeewayError } from '@leeway/contract';
import type { Command } from 'commander';
import { EXIT } from '../io.ts';
import type { CommandIo } from './check.ts';

interface Flags {
  columns?: string;
  suggest?: string;
  statistics?: string;
  constraints?: string;
  against?: string;
  baseline?: string;
  violations?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  leeway profile train.parquet
  leeway profile train.csv --suggest columns.yaml
  leeway profile train.csv --statistics statistics.json --constraints constraints.json
  leeway profile today.csv --against constraints.json --baseline statistics.json --violations constraint_violations.json

Exit status: 0 fine, 1 the file breaks the constraints, 2 wrong use or bad input, 3 the system failed.`;

/** Adds `leeway profile`: one file, described. The engine is loaded when it runs. */
export function addProfileCommand(program: Command, io: CommandIo = process): void {
  program
    .command('profile')
    .argument('<file>', 'CSV, Parquet, JSONL or Arrow, gzip or not')
    .summary('describe one file, and suggest what to ask of later ones')
    .description(
      'Describes the columns of one file, and suggests constraints from it. Reads and writes the files of SageMaker Model Monitor. No server is needed.',
    )
    .option('--columns <file>', 'YAML with types of columns')
    .option('--suggest <file>', 'write suggested constraints, for --columns of `leeway check` and for leeway.yaml')
    .option('--statistics <file>', 'write statistics.json of SageMaker Model Monitor')
    .option('--constraints <file>', 'write constraints.json of SageMaker Model Monitor')
    .option('--against <file>', 'judge the file by a constraints.json')
    .option('--baseline <file>', 'with --against: statistics.json whose distributions the file is compared with')
    .option('--violations <file>', 'with --against: write constraint_violations.json')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, _: Flags, command: Command) => {
      process.exitCode = await runProfile(file, command.optsWithGlobals<Flags>(), io);
    });
}

async function runProfile(file: string, flags: Flags, io: CommandIo): Promise<number> {
  for (const given of ['baseline', 'violations'] as const) {
    if (flags[given] !== undefined && flags.against === undefined)
      throw new LeewayError('bad_option', `--${given} was given without --against, so there is nothing to judge by`);
  }
  const { readColumnsFile } = await import('../../check/columns-file.ts');
  const { readConstraints, readStatistics } = await import('../../constraints/sagemaker-files.ts');
  const columns = flags.columns === undefined ? {} : await readColumnsFile(flags.columns);
  const constraints = flags.against === undefined ? null : await readConstraints(flags.against);
  const statistics = flags.baseline === undefined ? undefined : await readStatistics(flags.baseline);
  const { profileFile, suggestFor } = await import('../../constraints/profile-file.ts');
  const { evaluateConstraints, wishesOf } = await import('../../constraints/evaluate-constraints.ts');
  const { toConstraints, toStatistics } = await import('../../constraints/to-sagemaker.ts');
  const { describeProfile } = await import('../../constraints/describe-profile.ts');
  const wishes = constraints ? wishesOf(constraints) : {};
  const { profile, violations } = await profileFile(file, columns, wishes, async (found, engine, typed) => ({
    profile: found,
    violations: constraints && (await evaluateConstraints(constraints, { statistics }, found, engine, typed)),
  }));
  const suggested = suggestFor(profile);
  const written: string[] = [];
  const write = async (path: string | undefined, text: () => string | Promise<string>) => {
    if (path === undefined) return;
    await writeFile(path, await text()).catch((error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      throw new LeewayError('bad_option', `${path} cannot be written: ${why}`, { cause: error });
    });
    written.push(path);
  };
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  await write(flags.suggest, async () =>
    (await import('../../constraints/columns-yaml.ts')).columnsYaml(profile, suggested),
  );
  await write(flags.statistics, () => json(toStatistics(profile)));
  await write(flags.constraints, () => json(toConstraints(profile, suggested)));
  await write(flags.violations, () => json({ violations: violations ?? [] }));

  const document = describeProfile(profile, suggested, violations ?? undefined);
  if (flags.json) io.stdout.write(json(document));
  else {
    const { renderProfile } = await import('../../constraints/render-profile.ts');
    io.stdout.write(renderProfile(document, { color: io.stdout.isTTY === true }));
    if (written.length > 0) io.stderr.write(`written: ${written.join(', ')}\n`);
  }
  return violations && violations.length > 0 ? EXIT.no : EXIT.ok;
}
