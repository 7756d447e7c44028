import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Backtest, BacktestRequest, type Incident, LeewayError } from '@leeway/contract';
import { Api } from '../api.ts';
import type { AddCommand, GlobalOptions } from '../command.ts';
import { note, printJson } from '../io.ts';
import { createStatusLine } from '../status-line.ts';

interface Flags extends GlobalOptions {
  model?: string;
  rule?: string[];
  from?: string;
  to?: string;
  incidents?: string;
  tolerance?: string;
  grace?: string;
  set?: string[];
  sweep?: string[];
  holdout?: string;
  config?: string;
  predictions?: string;
  labels?: string;
  labelTime?: string;
  labelDelay?: string;
  referenceUntil?: string;
  report?: string;
}

const EXAMPLES = `
Examples:
  leeway backtest --model flights-late --incidents incidents.csv
  leeway backtest --model flights-late --rule auc-low --incidents incidents.csv --sweep below=0.6:0.8:0.02 for=1:4 --holdout 30%
  leeway backtest --config leeway.yaml --predictions predictions.parquet --labels labels.csv --label-time known_at

Incidents are CSV (columns start, end, model, rule, note), YAML or JSON. Exit status: 0 fine, 2 wrong use or bad input,
3 the system failed.`;

const collect = (value: string, before: string[] = []): string[] => [...before, value];

export const addBacktestCommand: AddCommand = (program) => {
  program
    .command('backtest')
    .summary('say what rules would have done over history, and how good that would have been')
    .description(
      'Replays rules over the measurements of a server, or over files without one, with labels as they had arrived. ' +
        'Scored against incidents that are known, and swept over thresholds, numbers of windows and their length.',
    )
    .option('--model <name>', 'model whose rules are replayed; needed if there are several')
    .option('--rule <name>', 'only this rule; may be given several times', collect)
    .option('--from <time>', 'report from here on; what was before is taken in')
    .option('--to <time>', 'leave out what became known later')
    .option('--incidents <file>', 'when something was wrong: CSV, YAML or JSON with start, end, model, rule, note')
    .option('--tolerance <duration>', 'an alert may be about as much time before an incident, such as 1d')
    .option('--grace <duration>', 'an alert may be about as much time after an incident')
    .option(
      '--set <rule.key=value>',
      'change a key of a rule, such as auc-low.below=0.7; may be given several times',
      collect,
    )
    .option('--sweep <key=values...>', 'try values of the rule: FIRST:LAST:STEP, or a list, such as window=1h,6h')
    .option('--holdout <share>', 'choose the best variant on the first part of the time, score it on this last share')
    .option('--config <file>', 'over files: the configuration with the model and its rules')
    .option('--predictions <file>', 'over files: predictions with id, time and features; CSV, Parquet, JSONL or Arrow')
    .option('--labels <file>', 'over files: labels with id; without it, labels are taken from the predictions')
    .option('--label-time <column>', 'over files: column that says when a label became known')
    .option('--label-delay <duration>', 'over files: without such a column, how long after the prediction', '0s')
    .option(
      '--reference-until <date>',
      'over files: compare with the rows up to this day, instead of the reference of the model',
    )
    .option('--report <file>', 'write an HTML report')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, self) => runBacktestCommand(self.optsWithGlobals()));
};

async function runBacktestCommand(flags: Flags): Promise<void> {
  const request = await requestOf(flags);
  const result = flags.predictions === undefined ? await overHistory(flags, request) : await overFiles(flags, request);
  const incidents = request.incidents ?? null;
  if (flags.report !== undefined) {
    const { renderBacktestReport } = await import('../../alerting/backtest/render-report.ts');
    const html = await renderBacktestReport(result, incidents);
    await writeFile(flags.report, html).catch((error: NodeJS.ErrnoException) => {
      throw new LeewayError('bad_option', `${flags.report} cannot be written: ${error.code ?? error.message}`);
    });
  }
  if (flags.json) return printJson(result);
  const { renderBacktest } = await import('../../alerting/backtest/render-text.ts');
  process.stdout.write(renderBacktest(result, incidents, { color: process.stdout.isTTY === true }));
  if (flags.report !== undefined) note(`written: ${flags.report}`);
}

/** What the options ask for. @throws LeewayError `bad_option` or `file_unreadable`. */
async function requestOf(flags: Flags): Promise<BacktestRequest> {
  const { parseChanges, parseShare, parseSweep } = await import('../../alerting/backtest/parse-options.ts');
  const { rule, from, to, tolerance, grace, sweep, holdout } = flags;
  if (sweep && rule?.length !== 1) {
    throw new LeewayError('bad_option', `--sweep tries values of one rule: give it by --rule, and give one`);
  }
  const parsed = BacktestRequest.safeParse({
    ...{ rules: rule, from, to, tolerance, grace },
    incidents: flags.incidents === undefined ? undefined : await readIncidents(flags.incidents),
    set: parseChanges(flags.set ?? []),
    sweep: sweep && { rule: rule![0], values: parseSweep(sweep) },
    holdout: holdout === undefined ? undefined : parseShare(holdout),
  });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
  throw new LeewayError('bad_option', mistakes.join('; '));
}

async function readIncidents(path: string): Promise<Incident[]> {
  const { parseIncidents } = await import('../../alerting/backtest/read-incidents.ts');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new LeewayError('file_unreadable', `${path}: ${error.code ?? error.message}`, { cause: error });
  });
  return parseIncidents(basename(path), text);
}

async function overHistory(flags: Flags, request: BacktestRequest): Promise<Backtest> {
  for (const option of ['labels', 'labelTime', 'referenceUntil', 'config'] as const) {
    if (flags[option] === undefined) continue;
    const name = option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new LeewayError('bad_option', `--${name} was given without --predictions; it is about files`);
  }
  const api = await Api.connect(flags);
  const model = flags.model ?? onlyOf((await api.get<{ models: { name: string }[] }>('/models')).models);
  return api.post<Backtest>(`/models/${encodeURIComponent(model)}/backtest`, request);
}

async function overFiles(flags: Flags, request: BacktestRequest): Promise<Backtest> {
  const { backtestFiles } = await import('../backtest-files.ts');
  const { readConfig } = await import('../../config/load.ts');
  if (flags.config === undefined) throw new LeewayError('bad_option', '--predictions was given without --config');
  const { document } = await readConfig(flags.config);
  const models = ((document as { models?: unknown }).models ?? []) as { name: string }[];
  const model = flags.model ?? onlyOf(models);
  const progress = createStatusLine('reading the files');
  try {
    return await backtestFiles({
      ...{ document, model, request },
      files: {
        predictions: flags.predictions!,
        labels: flags.labels ?? null,
        labelTime: flags.labelTime ?? null,
        labelDelay: flags.labelDelay ?? '0s',
      },
      referenceUntil: flags.referenceUntil ?? null,
      onProgress: (text, done, total) => progress.update(text, done, total),
    });
  } finally {
    progress.clear();
  }
}

function onlyOf(models: readonly { name: string }[]): string {
  const [first] = models;
  if (models.length === 1 && first) return first.name;
  const known = models.map(({ name }) => name).join(', ') || 'none';
  throw new LeewayError('bad_option', `--model is missing, and there is not exactly one; there are ${known}`);
}
