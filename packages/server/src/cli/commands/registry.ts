import {
  type Alias,
  type AliasMove,
  type GarbageReport,
  LeewayError,
  type Lineage,
  type MlflowStatus,
} from '@leeway/contract';
import type { Command } from 'commander';
import { drawLineage } from '../../registry/lineage/draw-lineage.ts';
import { serverCommand } from '../command.ts';
import { day, note, number, print, printJson, table } from '../io.ts';

/** Address of a model. */
export const at = (model: string): string => `/models/${encodeURIComponent(model)}`;
/** For options that may be given more than once. */
export const listOption = (value: string, before: string[]): string[] => [...before, value];

/** Options written as name=value. */
export function pairs(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const cut = text.indexOf('=');
      if (cut < 1) throw new LeewayError('bad_option', `"${text}"; expected name=value`);
      return [text.slice(0, cut), text.slice(cut + 1)];
    }),
  );
}

/** Aliases, lineage, what other registries have, and the collection of garbage. */
export function addRegistryCommands(versions: Command): void {
  addAliases(versions);
  addLineage(versions);
  addImport(versions);
  addCollect(versions);
}

function addAliases(versions: Command): void {
  serverCommand<[string], { history?: boolean; alias?: string }>(
    versions,
    'aliases <model>',
    'aliases of a model, and where they have pointed',
    'leeway versions aliases flights-late --history',
    (command) =>
      command.option('--history', 'every move, newest first').option('--alias <alias>', 'of one alias alone'),
    async (api, [model], { history, alias, json }) => {
      if (history) {
        const found = await api.get<{ moves: AliasMove[] }>(`${at(model)}/aliases/history`, { alias });
        if (json) return printJson(found);
        return print(
          table(found.moves, [
            { title: 'AT', value: (move) => day(move.at) },
            { title: 'ALIAS', value: (move) => move.alias },
            { title: 'FROM', value: (move) => move.from ?? '' },
            { title: 'TO', value: (move) => move.to ?? '' },
            { title: 'BY', value: (move) => move.actor },
            { title: 'WHY', value: (move) => move.reason },
          ]),
        );
      }
      const found = await api.get<{ aliases: Alias[] }>(`${at(model)}/aliases`);
      if (json) return printJson(found);
      print(
        table(found.aliases, [
          { title: 'ALIAS', value: (row) => row.alias },
          { title: 'VERSION', value: (row) => row.version },
          { title: 'SINCE', value: (row) => day(row.since) },
        ]),
      );
    },
  );
  serverCommand<[string, string, string], { reason: string; expected?: string; delete?: boolean; force?: boolean }>(
    versions,
    'alias <model> <alias> [version]',
    'point an alias to a version',
    'leeway versions alias flights-late candidate v4 --reason "to be looked at"',
    (command) =>
      command
        .requiredOption('--reason <text>', 'why, for the record')
        .option('--expected <version>', 'where it points now, or "none"; default: as it is when the command begins')
        .option('--delete', 'take the alias away')
        .option('--force', 'of champion: although its gates did not pass'),
    async (api, [model, alias, given], { reason, expected, delete: gone, force, json }) => {
      const version: string | undefined = given;
      if ((version === undefined) !== (gone === true)) {
        throw new LeewayError('bad_option', 'expected a version, or --delete');
      }
      const { aliases } = await api.get<{ aliases: Alias[] }>(`${at(model)}/aliases`);
      const present = aliases.find((row) => row.alias === alias)?.version ?? null;
      const body = { expected: expected === undefined ? present : expected === 'none' ? null : expected, reason };
      const path = `${at(model)}/aliases/${encodeURIComponent(alias)}`;
      const moved = await (gone
        ? api.delete<Moved>(path, body)
        : api.put<Moved>(path, { ...body, version, force: force ?? false }));
      for (const warning of moved.warnings) note(warning);
      if (json) return printJson(moved);
      print(`${alias} of ${model}: ${moved.previous ?? 'nothing'} before, ${moved.version ?? 'nothing'} now`);
    },
  );
}

interface Moved {
  version: string | null;
  previous: string | null;
  warnings: string[];
}

function addLineage(versions: Command): void {
  serverCommand<[string, string], object>(
    versions,
    'lineage <model> <version>',
    'where a version comes from, and what became of it',
    'leeway versions lineage flights-late v3',
    (command) => command,
    async (api, [model, version], { json }) => {
      const found = await api.get<Lineage>(`${at(model)}/versions/${encodeURIComponent(version)}/lineage`);
      if (json) printJson(found);
      else print(drawLineage(found));
    },
  );
}

function addImport(versions: Command): void {
  serverCommand<[string], { mlflow?: boolean }>(
    versions,
    'import <model>',
    'take over versions from MLflow',
    'leeway versions import flights-late --mlflow',
    (command) => command.option('--mlflow', 'from the MLflow of registry.mlflow'),
    async (api, [model], { mlflow, json }) => {
      if (!mlflow) throw new LeewayError('bad_option', 'expected --mlflow: where the versions come from');
      const found = await api.post<{ versions: string[]; left: { reference: string; why: string }[] }>(
        `${at(model)}/versions/import`,
        { from: 'mlflow' },
      );
      if (json) return printJson(found);
      for (const { reference, why } of found.left) note(`${reference} is left: ${why}`);
      print(found.versions.length === 0 ? 'nothing new' : `registered: ${found.versions.join(', ')}`);
    },
  );
  serverCommand<[], object>(
    versions,
    'mlflow',
    'how it stands with MLflow',
    'leeway versions mlflow',
    (command) => command,
    async (api, _args, { json }) => {
      const found = await api.get<{ models: MlflowStatus[] }>('/registries/mlflow');
      if (json) return printJson(found);
      print(
        table(found.models, [
          { title: 'MODEL', value: (row) => row.model },
          { title: 'THERE', value: (row) => row.name },
          { title: 'SYNCED', value: (row) => day(row.syncedAt) },
          { title: 'PENDING', value: (row) => (row.pending ? 'yes' : '') },
          { title: 'TOLD', value: (row) => row.error ?? row.drift.join('; ') },
        ]),
      );
    },
  );
}

function addCollect(versions: Command): void {
  serverCommand<[], { dryRun?: boolean }>(
    versions,
    'gc',
    'delete artifacts that nothing needs',
    'leeway versions gc --dry-run',
    (command) => command.option('--dry-run', 'only say what it would do'),
    async (api, _args, { dryRun, json }) => {
      const found = await api.post<GarbageReport>('/artifacts/collect', { dryRun: dryRun ?? false });
      if (json) return printJson(found);
      const rows = [
        ...found.deleted.map((row) => ({ ...row, what: found.dryRun ? 'would go' : 'deleted' })),
        ...found.marked.map((row) => ({ ...row, what: 'goes in a day' })),
      ];
      print(
        table(rows, [
          { title: 'ARTIFACT', value: (row) => row.hash.slice(0, 12) },
          { title: 'VERSIONS', value: (row) => row.versions.join(', ') },
          { title: 'BYTES', value: (row) => number(row.bytes), align: 'right' },
          { title: 'WHAT', value: (row) => row.what },
        ]),
      );
      print(`${found.kept} artifacts stay; ${found.bytes} bytes ${found.dryRun ? 'would be' : 'are'} free by it`);
    },
  );
}
