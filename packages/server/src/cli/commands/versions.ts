import {
  LeewayError,
  type RollbackPlan,
  type ServedAt,
  type Stage,
  type VersionDiff,
  type VersionInfo,
} from '@leeway/contract';
import type { Command } from 'commander';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, EXIT, number, print, printJson, table } from '../io.ts';
import { addRegistryCommands, at, listOption, pairs } from './registry.ts';

export const addVersionCommands: AddCommand = (program) => {
  const versions = program.command('versions').description('versions of a model, and their record').exitOverride();
  addList(versions);
  addAdd(versions);
  addNote(versions);
  addDiff(versions);
  addRegistryCommands(versions);
  addServing(program);
};

const addList = (versions: Command) =>
  serverCommand<[string], object>(
    versions,
    'list* <model>',
    'versions of a model, newest first',
    'leeway versions flights-late',
    (command) => command,
    async (api, [model], { json }) => {
      const found = await api.get<{ versions: VersionInfo[] }>(`${at(model)}/versions`);
      if (json) return printJson(found);
      print(
        table(found.versions, [
          { title: 'VERSION', value: (v) => (v.aliases.includes('champion') ? pc.green(v.version) : v.version) },
          { title: 'ALIASES', value: (v) => v.aliases.join(', ') },
          { title: 'STAGE', value: (v) => (v.stage === 'none' ? '' : v.stage) },
          { title: 'MADE', value: (v) => day(v.createdAt) },
          { title: 'RUN', value: (v) => v.run ?? '' },
          { title: 'PARENT', value: (v) => v.parent ?? '' },
          { title: 'SERVED SINCE', value: (v) => day(v.served.at(-1)?.from ?? null) },
          {
            title: 'METRICS',
            value: (v) =>
              Object.entries(v.metrics)
                .slice(0, 3)
                .map(([id, value]) => `${id} ${number(value)}`)
                .join(', '),
          },
        ]),
      );
    },
  );

interface AddOptions {
  metric: string[];
  param: string[];
  tag: string[];
  env: string[];
  description?: string;
  commit?: string;
  dataset?: string;
  parent?: string;
  key?: string;
  format?: string;
}

const addAdd = (versions: Command) =>
  serverCommand<[string, string], AddOptions>(
    versions,
    'add <model> <file>',
    'register a version that was made elsewhere',
    'leeway versions add flights-late model.onnx --metric roc_auc=0.81 --commit 4f1c2ab',
    (command) =>
      command
        .option('--metric <name=value>', 'a metric of it, as often as needed', listOption, [])
        .option('--param <name=value>', 'a parameter; the value is JSON if it can be', listOption, [])
        .option('--tag <name=value>', 'a tag', listOption, [])
        .option('--env <name=value>', 'what it was trained with, such as python=3.12', listOption, [])
        .option('--description <text>', 'what it is')
        .option('--commit <sha>', 'commit of the code that trained it')
        .option('--dataset <reference>', 'where its data are')
        .option('--parent <version>', 'version that it was made from')
        .option('--key <key>', 'the same key twice gives one version')
        .option('--format <format>', 'onnx or external; default: by the name of the file'),
    async (api, [model, file], options) => {
      const { hash } = await api.upload<{ hash: string }>('/artifacts', file);
      const metrics = Object.entries(pairs(options.metric)).map(([name, value]) => {
        if (value.trim() !== '' && Number.isFinite(Number(value))) return [name, Number(value)];
        throw new LeewayError('bad_option', `--metric ${name}=${value}: expected a number`);
      });
      const made = await api.post<VersionInfo>(`${at(model)}/versions`, {
        artifact: hash,
        format: options.format ?? (file.endsWith('.onnx') ? 'onnx' : 'external'),
        metrics: Object.fromEntries(metrics),
        params: Object.fromEntries(Object.entries(pairs(options.param)).map(([name, value]) => [name, jsonOr(value)])),
        tags: pairs(options.tag),
        environment: pairs(options.env),
        ...(options.description && { description: options.description }),
        ...(options.commit && { codeCommit: options.commit }),
        ...(options.dataset && { datasetReference: options.dataset }),
        ...(options.parent && { parent: options.parent }),
        ...(options.key && { key: options.key }),
      });
      if (options.json) printJson(made);
      else
        print(`${made.version} of ${model} is registered; \`leeway promote ${model} ${made.version}\` makes it serve`);
    },
  );

const addNote = (versions: Command) =>
  serverCommand<
    [string, string],
    { stage?: Stage; note?: string; description?: string; tag: string[]; untag: string[] }
  >(
    versions,
    'note <model> <version>',
    'describe, tag or stage a version',
    'leeway versions note flights-late v3 --stage staging --note "shown to the owners"',
    (command) =>
      command
        .option('--stage <stage>', 'none, staging, production or archived; a word for people')
        .option('--note <text>', 'why it stands there now')
        .option('--description <text>', 'what it is')
        .option('--tag <name=value>', 'a tag, as often as needed', listOption, [])
        .option('--untag <name>', 'a tag to take away', listOption, []),
    async (api, [model, version], { stage, note, description, tag, untag, json }) => {
      const tags = { ...pairs(tag), ...Object.fromEntries(untag.map((name) => [name, null])) };
      const now = await api.patch<VersionInfo>(`${at(model)}/versions/${encodeURIComponent(version)}`, {
        ...(stage && { stage }),
        ...(note !== undefined && { note }),
        ...(description !== undefined && { description }),
        ...(Object.keys(tags).length > 0 && { tags }),
      });
      if (json) return printJson(now);
      const words = Object.entries(now.tags).map(([name, value]) => `${name}=${value}`);
      print(`${now.version} of ${model}: ${[`stage ${now.stage}`, ...words].join(', ')}`);
    },
  );

const addDiff = (versions: Command) =>
  serverCommand<[string, string, string], object>(
    versions,
    'diff <model> <a> <b>',
    'what differs between two versions',
    'leeway versions diff flights-late v2 v3',
    (command) => command,
    async (api, [model, a, b], { json }) => {
      const path = `${at(model)}/versions/${encodeURIComponent(a)}/diff/${encodeURIComponent(b)}`;
      const found = await api.get<VersionDiff>(path);
      if (json) return printJson(found);
      print(
        table(found.rows, [
          { title: 'WHAT', value: (row) => row.section },
          { title: 'NAME', value: (row) => row.name },
          { title: a, value: (row) => (row.better === 'a' ? pc.green(shown(row.a)) : shown(row.a)) },
          { title: b, value: (row) => (row.better === 'b' ? pc.green(shown(row.b)) : shown(row.b)) },
          { title: 'CHANGE', value: (row) => number(row.change), align: 'right' },
        ]),
      );
      print(pc.dim(found.comparable ? `metrics: ${found.why}` : `metrics are not compared: ${found.why}`));
    },
  );

/** What has to do with serving, which stands beside `versions`. */
function addServing(program: Command): void {
  serverCommand<[string, string], { reason: string; force?: boolean }>(
    program,
    'promote <model> <version>',
    'make a version the champion',
    'leeway promote flights-late v2 --reason "beats v1 on the last week"',
    (command) =>
      command
        .requiredOption('--reason <text>', 'why, for the record')
        .option('--force', 'although its gates did not pass'),
    async (api, [model, version], { reason, force, json }) => {
      const now = await api.post<VersionInfo>(`${at(model)}/promote`, { version, reason, force: force ?? false });
      if (json) printJson(now);
      else print(`${now.version} of ${model} serves`);
    },
  );
  serverCommand<[string], { reason?: string; to?: string; dryRun?: boolean }>(
    program,
    'rollback <model>',
    'go back to the version that served before, or to one named',
    'leeway rollback flights-late --reason "errors in Denver"',
    (command) =>
      command
        .option('--reason <text>', 'why, for the record')
        .option('--to <version>', 'a version that has served')
        .option('--dry-run', 'only say what it would do'),
    async (api, [model], { reason, to, dryRun, json }) => {
      if (dryRun) {
        const plan = await api.get<RollbackPlan>(`${at(model)}/rollback`, { version: to });
        if (json) printJson(plan);
        else print(planned(plan));
        if (!plan.loads) process.exitCode = EXIT.no;
        return;
      }
      if (reason === undefined)
        throw new LeewayError('bad_option', 'expected --reason TEXT, or --dry-run; got neither');
      const now = await api.post<VersionInfo>(`${at(model)}/rollback`, { reason, ...(to ? { version: to } : {}) });
      if (json) printJson(now);
      else print(`${now.version} of ${model} serves again`);
    },
  );
  serverCommand<[string], { at?: string }>(
    program,
    'served <model>',
    'which version served at a time',
    'leeway served flights-late --at 2026-03-02T12:00:00Z',
    (command) => command.option('--at <time>', 'ISO 8601; default: now'),
    async (api, [model], { at: time, json }) => {
      const found = await api.get<ServedAt>(`${at(model)}/served`, { at: time });
      if (json) return printJson(found);
      if (found.version === null) return print(`no version of ${model} served at ${day(found.at)}`);
      const until = found.to === null ? 'still' : `until ${day(found.to)}`;
      print(`${found.version} of ${model}, since ${day(found.from)}, ${until}; by ${found.actor}: ${found.reason}`);
    },
  );
}

function planned({ model, from, to, loads, why, passedOver }: RollbackPlan): string {
  const lines = [`${model} would go from ${from ?? 'nothing'} to ${to}: ${why}`];
  for (const other of passedOver) lines.push(`  not to ${other.version}: it ${other.why}`);
  if (!loads) lines.push(pc.red(`  ${to} does not load, so nothing would be changed`));
  return lines.join('\n');
}

const shown = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'string'
      ? value.slice(0, 60)
      : JSON.stringify(value).slice(0, 60);

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
