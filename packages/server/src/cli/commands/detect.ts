import { LeewayError } from '@leeway/contract';
import { detectors } from '@leeway/stats';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { EXIT } from '../io.ts';
import type { CommandIo } from './check.ts';

interface Flags {
  detector: string;
  set?: string[];
  column?: string;
  label?: string;
  prediction?: string;
  task?: 'classification' | 'regression';
  state?: string;
  json?: boolean;
}

const EXAMPLES = `
Detectors, and what each may be set to:
${detectors
  .map(
    ({ id, parameters }) =>
      `  ${id.padEnd(13)} ${Object.entries(parameters)
        .map(([name, { default: value }]) => `${name}=${value}`)
        .join(' ')}`,
  )
  .join('\n')}

Examples:
  leeway detect --detector adwin --column latency requests.parquet
  leeway detect --detector ddm --label churned --prediction said predictions.csv.gz --json
  leeway detect --detector page_hinkley --set threshold=20 --set mode=up --state sensor.json today.csv
  tail -n +1 numbers.txt | leeway detect --detector cusum -

The stream is the rows of the file in their order. With --state the next run goes on where this one ends.
Exit status: 0 no drift, 1 drift found, 2 wrong use or bad input, 3 the system failed.`;

/** Drifts that a person is shown; --json prints all events. */
const MOST_DRIFTS = 20;

/** Adds `leeway detect`; it sets the exit status and throws what goes wrong. */
export function addDetectCommand(program: Command, io: CommandIo = process): void {
  program
    .command('detect')
    .summary('find changes in a stream of values')
    .description('Sends a column of a file through a streaming change detector. No server is needed.')
    .argument(
      '<file>',
      'CSV, Parquet, JSONL, Arrow, gzip or not, or a plain list of numbers; "-" reads such a list from stdin',
    )
    .addOption(new Option('--detector <id>', 'which detector').choices(detectors.map(({ id }) => id)).default('adwin'))
    .option('--set <name=value>', 'a parameter of the detector; may be given again', collect)
    .option('--column <column>', 'column of values; not needed where there is only one')
    .option('--label <column>', 'true outcomes; with --prediction the stream is made of mistakes')
    .option('--prediction <column>', 'what the model said')
    .addOption(
      new Option('--task <task>', 'regression: the stream is |prediction - label|')
        .choices(['classification', 'regression'])
        .default('classification'),
    )
    .option('--state <file>', 'go on from the state in this file, if it is there, and leave the new one in it')
    .option('--json', 'print a JSON line for each event, and a summary last')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, _: Flags, command: Command) => {
      process.exitCode = await runDetect(file, command.optsWithGlobals<Flags>(), io);
    });
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

async function runDetect(file: string, flags: Flags, { stdout }: CommandIo): Promise<number> {
  const wanted = wantedOf(flags);
  const { loadState, parseSettings, saveState } = await import('../../detect/state-file.ts');
  const state = await loadState(flags.state, flags.detector, parseSettings(flags.detector, flags.set ?? []));
  const { detect } = await import('../../detect/detect.ts');
  const { Timeline } = await import('../../detect/timeline.ts');
  const timeline = new Timeline();
  const lines: string[] = [];
  let warned: number | null = null;
  const summary = await detect(
    state,
    await valuesOf(file, wanted),
    (event) => {
      if (flags.json) stdout.write(`${JSON.stringify(event)}\n`);
      else if (event.level === 'drift') {
        lines.push(`  drift at ${event.index}${warned === null ? '' : `, last warning at ${warned}`}`);
        warned = null;
      } else warned = event.index;
      lines.length = Math.min(lines.length, MOST_DRIFTS);
    },
    (value, level) => timeline.add(value, level),
  );
  if (flags.state !== undefined) await saveState(flags.state, state);
  const { n, skipped, warnings, drifts } = summary;
  if (flags.json) stdout.write(`${JSON.stringify({ summary })}\n`);
  else {
    const c = pc.createColors(stdout.isTTY === true);
    const gaps = skipped === 0 ? '' : `, ${skipped} of them without a value`;
    const untold = drifts - lines.length;
    const [bars, marks] = timeline.render();
    const answer = [
      `${drifts > 0 ? c.red(c.bold(`${drifts} drift${drifts === 1 ? '' : 's'}`)) : c.green('no drift')}  ${flags.detector}, ${n} values${gaps}${warnings === 0 ? '' : `, ${warnings} warning${warnings === 1 ? '' : 's'}`}`,
      ...(n === 0 ? [] : ['', `  ${bars}`, `  ${c.red(marks)}`]),
      ...lines,
      ...(untold > 0 ? [c.dim(`  … and ${untold} more; --json prints all`)] : []),
    ];
    stdout.write(`${answer.join('\n')}\n`);
  }
  return drifts > 0 ? EXIT.no : EXIT.ok;
}

type Wanted = import('../../detect/read-column.ts').Wanted;

function wantedOf({ column, label, prediction, task, detector }: Flags): Wanted {
  if (label === undefined && prediction === undefined) return { kind: 'column', column };
  if (label === undefined || prediction === undefined) {
    const missing = label === undefined ? '--label' : '--prediction';
    throw new LeewayError('bad_option', `${missing} is missing: a mistake needs both what was said and what was true`);
  }
  if (column !== undefined) {
    throw new LeewayError('bad_option', '--column was given with --label and --prediction; say one or the other');
  }
  const absolute = task === 'regression';
  if (absolute && detectors.find(({ id }) => id === detector)?.input === 'error') {
    const others = detectors.filter(({ input }) => input === 'number').map(({ id }) => id);
    throw new LeewayError(
      'bad_option',
      `${detector} takes mistakes (0 or 1), and a regression has none; use one of ${others.join(', ')}`,
    );
  }
  return { kind: 'error', label, prediction, absolute };
}

async function valuesOf(file: string, wanted: Wanted): Promise<AsyncIterable<Float64Array>> {
  const { isListOfNumbers, readLines } = await import('../../detect/read-lines.ts');
  const list = file === '-' || (await isListOfNumbers(file));
  if (!list) return (await import('../../detect/read-column.ts')).readColumn(file, wanted);
  if (wanted.kind === 'column' && wanted.column === undefined) return readLines(file === '-' ? null : file);
  throw new LeewayError('bad_option', `${file === '-' ? 'stdin' : file} is a list of numbers without columns`);
}
