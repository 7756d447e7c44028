import { writeFile } from 'node:fs/promises';
import { LeewayError } from '@leeway/contract';
import { type CellValues, type Correction, compatibilityModes, type Direction, type Task } from '@leeway/stats';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EstimateOption } from '../../check/estimated.ts';
import type { CheckOptions, Watcher } from '../../check/options.ts';
import { EXIT } from '../io.ts';
import { createStatusLine, type StatusStream } from '../status-line.ts';

export interface CommandIo {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

interface Flags {
  reference: string;
  current: string;
  columns?: string;
  tests: string;
  label?: string;
  prediction?: string;
  score?: string;
  scores?: string;
  task?: Task;
  positive?: string;
  by?: string;
  exact?: boolean;
  direction?: Direction;
  compatibility?: string;
  protected?: string;
  weight?: string;
  value?: string;
  estimate?: EstimateOption | true;
  share: number;
  correction: Correction;
  multivariate?: string | true;
  constraints?: string;
  statistics?: string;
  violations?: string;
  report?: string;
  junit?: string;
  markdown?: string;
  json?: boolean;
  strict?: boolean;
}

const EXAMPLES = `
Examples:
  leeway check --reference train.parquet --current today.parquet
  leeway check --reference train.csv --current today.csv.gz --label churned --score p_churn --report check.html
  leeway check --reference train.csv --current today.jsonl --tests ks,psi --by region --json > check.json

Exit status: 0 fine (or too few rows to tell; 1 with --strict), 1 findings, 2 wrong use or bad input, 3 the system failed.
Drift of the whole is a finding when the share of drifted columns reaches --share.`;

/** Adds `leeway check`; it sets the exit status and throws what goes wrong. The check itself is loaded when it runs. */
export function addCheckCommand(program: Command, io: CommandIo = process): void {
  program
    .command('check')
    .summary('compare two files: drift, data quality, performance')
    .description(
      'Compares two files: drift of each column, data quality and, with labels, performance. No server is needed.',
    )
    .requiredOption('--reference <file>', 'what is compared with: CSV, Parquet, JSONL or Arrow, gzip or not')
    .requiredOption('--current <file>', 'what is checked')
    .option('--columns <file>', 'YAML with types, tests, thresholds and limits of columns')
    .option('--tests <ids>', 'drift tests, separated by commas; the first that fits a column decides', 'auto')
    .option('--label <column>', 'true outcomes; with --prediction or --score, performance is measured')
    .option('--prediction <column>', 'what the model said')
    .option('--score <column>', 'probability of the positive label')
    .option('--scores <columns>', 'probability of each class, such as cat=p_cat,dog=p_dog (multiclass)')
    .addOption(
      new Option('--task <task>', 'found from the labels by default').choices(['binary', 'multiclass', 'regression']),
    )
    .option('--positive <label>', 'the label that counts as positive')
    .option('--by <column>', 'repeat the comparison for each of the 20 most frequent values of a column')
    .option('--exact', 'tests of order and distance (KS, Wasserstein, ...) over all rows instead of over bins')
    .addOption(
      new Option('--direction <way>', 'only a rise, or only a fall, is a drift, where a test can tell').choices([
        'both',
        'up',
        'down',
      ]),
    )
    .addOption(
      new Option(
        '--compatibility <peer>',
        'distances and automatic choice as another tool has them; implies --exact',
      ).choices(compatibilityModes.map(({ id }) => id)),
    )
    .option('--protected <columns>', 'columns that no group should suffer by, separated by commas; a+b: both together')
    .option('--weight <column>', 'weight of a row in the metrics, such as the inverse of a sampling rate')
    .option('--value <cells>', 'worth of a row in each cell of the confusion matrix, such as tp=10,fp=-2,fn=-5')
    .option(
      '--multivariate [methods]',
      'compare all features together too: pca, domain_classifier, mmd, separated by commas; all by default',
    )
    .option(
      '--share <share>',
      'share of drifted columns that makes a drift of the whole; 0: one is enough',
      parseShare,
      0.5,
    )
    .addOption(
      new Option('--correction <method>', 'of p-values, over the columns')
        .choices(['benjamini_hochberg', 'benjamini_yekutieli', 'holm', 'bonferroni', 'none'])
        .default('benjamini_hochberg'),
    )
    .option('--constraints <file>', 'judge the current file by a constraints.json of SageMaker Model Monitor')
    .option('--statistics <file>', 'with --constraints: statistics.json as baseline, instead of the reference file')
    .option('--violations <file>', 'with --constraints: write constraint_violations.json')
    .addOption(
      new Option(
        '--estimate [method]',
        'foresee performance where the current file has no labels: from scores (cbpe), from losses (dle), or from weights',
      ).choices(['auto', 'cbpe', 'dle', 'importance_weighted']),
    )
    .option('--report <file>', 'write an HTML report')
    .option('--junit <file>', 'write JUnit XML, one test case for each column and finding')
    .option('--markdown <file>', 'write Markdown, for a comment on a pull request')
    .option('--json', 'print one JSON document on stdout')
    .option('--strict', 'exit with 1 also where there are too few rows to tell')
    .addHelpText('after', EXAMPLES)
    .action(async (_: Flags, command: Command) => {
      process.exitCode = await runCheck(command.optsWithGlobals<Flags>(), io);
    });
}

async function runCheck(flags: Flags, io: CommandIo): Promise<number> {
  const { assertTest, readColumnsFile } = await import('../../check/columns-file.ts');
  const { parseMethods } = await import('../../check/multivariate.ts');
  const tests = flags.tests.split(',').map((id) => id.trim());
  for (const test of tests) assertTest(test, '--tests');
  if (flags.label === undefined && (flags.positive ?? flags.task ?? flags.estimate) !== undefined) {
    const given = flags.positive !== undefined ? '--positive' : flags.task !== undefined ? '--task' : '--estimate';
    throw new LeewayError('bad_option', `${given} was given without --label, so there is nothing to measure`);
  }
  const { label, prediction, score, task, positive, by, share, correction } = flags;
  const options: CheckOptions = {
    ...{
      reference: flags.reference,
      current: flags.current,
      tests,
      share,
      correction,
      exact: flags.exact === true || flags.compatibility !== undefined,
    },
    ...{ direction: flags.direction, compatibility: flags.compatibility, weight: flags.weight },
    ...(flags.value === undefined ? {} : { values: parseCells(flags.value) }),
    ...(flags.scores === undefined ? {} : { scores: parseScores(flags.scores) }),
    ...(flags.protected === undefined ? {} : parseProtected(flags.protected)),
    ...(flags.estimate === undefined ? {} : { estimate: flags.estimate === true ? 'auto' : flags.estimate }),
    ...{ label, prediction, score, task, positive, by },
    ...(flags.multivariate === undefined ? {} : { multivariate: parseMethods(flags.multivariate) }),
    ...(flags.columns === undefined ? {} : { columns: await readColumnsFile(flags.columns) }),
    ...(await constraintsOf(flags)),
  };
  const { checkFiles } = await import('../../check/check-files.ts');
  const checked = await checkFiles(options, io.stderr.isTTY ? watcher(io.stderr) : undefined);
  const { result } = checked;
  if (flags.report !== undefined) {
    const { renderHtml } = await import('../../check/render/html.ts');
    await write(flags.report, renderHtml(checked));
  }
  if (flags.junit !== undefined) {
    const { renderJunit } = await import('../../check/render/junit.ts');
    await write(flags.junit, renderJunit(result));
  }
  if (flags.markdown !== undefined) {
    const { renderMarkdown } = await import('../../check/render/markdown.ts');
    await write(flags.markdown, renderMarkdown(result));
  }
  if (flags.violations !== undefined && 'violations' in result.constraints) {
    const { violations } = result.constraints;
    await write(flags.violations, `${JSON.stringify({ violations }, null, 2)}\n`);
  }
  if (flags.json) io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else {
    const { renderText } = await import('../../check/render/text.ts');
    io.stdout.write(renderText(result, { color: io.stdout.isTTY === true, width: io.stdout.columns ?? 100 }));
    const written = [flags.report, flags.junit, flags.markdown, flags.violations].filter((path) => path !== undefined);
    if (written.length > 0) io.stderr.write(`written: ${written.join(', ')}\n`);
  }
  if (result.verdict === 'findings') return EXIT.no;
  return result.verdict === 'insufficient' && flags.strict ? EXIT.no : EXIT.ok;
}

async function constraintsOf(flags: Flags): Promise<Pick<CheckOptions, 'constraints' | 'statistics'>> {
  for (const given of ['statistics', 'violations'] as const) {
    if (flags[given] !== undefined && flags.constraints === undefined)
      throw new LeewayError(
        'bad_option',
        `--${given} was given without --constraints, so there is nothing to judge by`,
      );
  }
  if (flags.constraints === undefined) return {};
  const { readConstraints, readStatistics } = await import('../../constraints/sagemaker-files.ts');
  return {
    constraints: await readConstraints(flags.constraints),
    statistics: flags.statistics === undefined ? undefined : await readStatistics(flags.statistics),
  };
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new LeewayError('bad_option', `${path} cannot be written: ${error.code ?? error.message}`, { cause: error });
  });
}

/** `sex,race,sex+race`: columns by themselves, and columns whose values make groups together. */
function parseProtected(text: string): Pick<CheckOptions, 'protected' | 'intersections'> {
  const sets = text.split(',').map((part) => part.split('+').map((name) => name.trim()));
  return {
    protected: sets.flatMap((set) => (set.length === 1 ? set : [])),
    intersections: sets.filter((set) => set.length > 1),
  };
}

/** `cat=p_cat,dog=p_dog`: columns by class. */
function parseScores(text: string): Record<string, string> {
  const scores = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', column = ''] = part.split('=').map((word) => word.trim());
    const why =
      name === '' || column === ''
        ? 'expected a class and its column, such as cat=p_cat,dog=p_dog'
        : scores.has(name)
          ? `the class "${name}" is there twice`
          : [...scores.values()].includes(column)
            ? `the column "${column}" is there twice`
            : null;
    if (why) throw new LeewayError('bad_option', `--scores: "${part}" was given; ${why}`);
    scores.set(name, column);
  }
  if (scores.size < 2)
    throw new LeewayError('bad_option', `--scores: "${text}" was given; it needs every class that the model knows`);
  return Object.fromEntries(scores);
}

function parseCells(text: string): CellValues {
  const cells: Record<string, number> = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    if (cells[name] === undefined || value === '' || !Number.isFinite(Number(value))) {
      throw new LeewayError(
        'bad_option',
        `--value: "${part}" was given; expected cells such as tp=10,fp=-2,tn=0,fn=-5`,
      );
    }
    cells[name] = Number(value);
  }
  return cells as unknown as CellValues;
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('Expected a share from 0 to 1, such as 0.5.');
}

/** Shows the steps of a check in one line, which goes when the last of them is done. */
function watcher(stream: StatusStream): Watcher {
  return {
    step(label, total) {
      const line = createStatusLine(label, stream);
      let count = 0;
      return {
        tick(steps = 1) {
          count += steps;
          line.update(label, count, total);
        },
        done: () => line.clear(),
      };
    },
  };
}
