import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Dataset, DatasetVerification } from '@leeway/contract';
import pc from 'picocolors';
import { dvcRemote } from '../../dvc/dvc-remote.ts';
import { findDvcOut, pullDvc } from '../../dvc/pull-dvc.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, EXIT, number, print, printJson, table } from '../io.ts';

const short = (hash: string): string => hash.slice(0, 12);
const path = (hash: string): string => `/datasets/${encodeURIComponent(hash)}`;

export const addDatasetCommands: AddCommand = (program) => {
  const datasets = program.command('datasets').description('rows that runs were trained on').exitOverride();
  serverCommand<[], { model?: string }>(
    datasets,
    'list*',
    'datasets, newest first',
    'leeway datasets list --model flights-late',
    (command) => command.option('--model <name>', 'of one model only'),
    async (api, _, { model, json }) => {
      const query = model === undefined ? '' : `?model=${encodeURIComponent(model)}`;
      const found = await api.get<{ datasets: Dataset[] }>(`/datasets${query}`);
      if (json) return printJson(found);
      print(
        table(found.datasets, [
          { title: 'DATASET', value: ({ hash }) => short(hash) },
          { title: 'MODEL', value: ({ model: of }) => of },
          { title: 'MADE', value: ({ createdAt }) => day(createdAt) },
          { title: 'FROM', value: ({ query: { train } }) => day(train.from) },
          { title: 'TO', value: ({ query: { recent } }) => day(recent.to) },
          { title: 'TRAIN', value: ({ train }) => String(train.rows) },
          { title: 'HELD OUT', value: ({ holdout }) => String(holdout.rows) },
          { title: 'LABELLED', value: ({ labelledShare }) => number(labelledShare) },
          { title: 'FINDINGS', value: ({ findings }) => (findings.length === 0 ? '' : String(findings.length)) },
          { title: 'FILES', value: ({ available }) => (available ? 'kept' : 'gone') },
        ]),
      );
    },
  );
  serverCommand<[string], object>(
    datasets,
    'show <hash>',
    'the record of a dataset; the first digits of its hash are enough',
    'leeway datasets show 3f9c2b7a1d04',
    (command) => command,
    async (api, [hash], { json }) => {
      const dataset = await api.get<Dataset>(path(hash));
      if (json) return printJson(dataset);
      printDataset(dataset);
    },
  );
  serverCommand<[string], object>(
    datasets,
    'verify <hash>',
    'ask for the rows again and compare; exit status 1 if they or the files are not what they were',
    'leeway datasets verify 3f9c2b7a1d04',
    (command) => command,
    async (api, [hash], { json }) => {
      const found = await api.post<DatasetVerification>(`${path(hash)}/verify`, {});
      if (!found.ok) process.exitCode = EXIT.no;
      if (json) return printJson(found);
      for (const [name, { recorded, found: now }] of [
        ['training rows', found.train],
        ['held-out rows', found.holdout],
      ] as const) {
        print(
          `${name}: ${recorded === now ? pc.green('the same') : pc.red(`${short(now)}, recorded ${short(recorded)}`)}`,
        );
      }
      for (const { name, state } of found.files) print(`${name}: ${state}`);
    },
  );
  serverCommand<[string], object>(
    datasets,
    'rebuild <hash>',
    'make the files again from the record',
    'leeway datasets rebuild 3f9c2b7a1d04',
    (command) => command,
    async (api, [hash], { json }) => {
      const dataset = await api.post<Dataset>(`${path(hash)}/rebuild`, {});
      if (json) printJson(dataset);
      else print(`${short(dataset.hash)}: ${dataset.files.map(({ name }) => name).join(', ')} are kept again`);
    },
  );
  datasets
    .command('pull <path>')
    .description('bring what a DVC repository keeps, by its .dvc file or dvc.lock; needs neither a server nor Python')
    .requiredOption('--out <path>', 'where to put it: a folder for a directory, else a file')
    .option('--repo <folder>', 'the repository', '.')
    .option('--remote <name>', 'remote of .dvc/config; default: core.remote')
    .option('--allow-private <cidr...>', 'private networks in which the remote may lie')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  leeway datasets pull data/raw.csv --repo . --out raw.csv')
    .exitOverride()
    .action(async (what: string, given: PullOptions) => {
      const cache = await mkdtemp(join(tmpdir(), 'leeway-pull-'));
      try {
        const repo = resolve(given.repo);
        const outbound = createOutbound({ allow: () => given.allowPrivate ?? [] });
        const remote = await dvcRemote(repo, given.remote, { outbound, cache });
        const out = await findDvcOut(repo, what);
        const { files } = await pullDvc(remote, out, resolve(given.out));
        if (given.json || program.opts()['json']) printJson({ path: what, md5: out.md5, files, out: given.out });
        else print(`${files} file${files === 1 ? '' : 's'} in ${given.out}`);
      } finally {
        await rm(cache, { recursive: true, force: true });
      }
    });
};

interface PullOptions {
  out: string;
  repo: string;
  remote?: string;
  allowPrivate?: string[];
  json?: boolean;
}

function printDataset({ hash, model, query, train, holdout, oldRows, ...rest }: Dataset): void {
  const percent =
    rest.labelledShare === null ? '' : `${number(100 * rest.labelledShare)} % of the predictions have a label`;
  const lines: [string, string][] = [
    ['dataset', hash],
    ['model', model],
    ['made', `${day(rest.createdAt)}${rest.configRevision === null ? '' : `, configuration ${rest.configRevision}`}`],
    ['as of', day(query.asOf)],
    ['window', query.window],
    ['training rows', `${train.rows}, ${day(query.train.from)} to ${day(query.train.to)}`],
    ['held out', `${holdout.rows - oldRows}, ${day(query.recent.from)} to ${day(query.recent.to)}`],
    ['old regime', query.old ? `${oldRows}, ${day(query.old.from)} to ${day(query.old.to)}` : ''],
    ['change', day(query.change)],
    ['labels', percent],
    [
      'preprocessing',
      rest.fitted ? `${rest.fitted.name} ${rest.fitted.version}, fitted ${short(rest.fitted.hash)}` : '',
    ],
    ['row hashes', `${short(train.rowsHash)}, ${short(holdout.rowsHash)}`],
    ['files', rest.available ? rest.files.map(({ name, bytes }) => `${name} (${bytes} bytes)`).join(', ') : 'gone'],
  ];
  for (const [name, value] of lines) if (value !== '') print(`${name.padEnd(14)} ${value}`);
  for (const { severity, message } of rest.findings) {
    print(`${severity === 'critical' ? pc.red(severity) : pc.yellow(severity)} ${message}`);
  }
}
