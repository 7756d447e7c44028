import type { VersionInfo } from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, number, print, printJson, table } from '../io.ts';

export const addVersionCommands: AddCommand = (program) => {
  serverCommand<[string], object>(
    program,
    'versions <model>',
    'versions of a model, newest first',
    'leeway versions flights-late',
    (command) => command,
    async (api, [model], { json }) => {
      const found = await api.get<{ versions: VersionInfo[] }>(`/models/${encodeURIComponent(model)}/versions`);
      if (json) return printJson(found);
      print(
        table(found.versions, [
          { title: 'VERSION', value: (v) => (v.aliases.includes('champion') ? pc.green(v.version) : v.version) },
          { title: 'ALIASES', value: (v) => v.aliases.join(', ') },
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
      const now = await api.post<VersionInfo>(`/models/${encodeURIComponent(model)}/promote`, {
        version,
        reason,
        force: force ?? false,
      });
      if (json) printJson(now);
      else print(`${now.version} of ${model} serves`);
    },
  );
  serverCommand<[string], { reason: string; to?: string }>(
    program,
    'rollback <model>',
    'go back to the version that served before, or to one named',
    'leeway rollback flights-late --reason "errors in Denver"',
    (command) =>
      command
        .requiredOption('--reason <text>', 'why, for the record')
        .option('--to <version>', 'a version that has served'),
    async (api, [model], { reason, to, json }) => {
      const now = await api.post<VersionInfo>(`/models/${encodeURIComponent(model)}/rollback`, {
        reason,
        ...(to ? { version: to } : {}),
      });
      if (json) printJson(now);
      else print(`${now.version} of ${model} serves again`);
    },
  );
};
