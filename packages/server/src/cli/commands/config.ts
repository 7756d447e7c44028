import { resolve } from 'node:path';
import pc from 'picocolors';
import { PLUGINS } from '../../app/app.ts';
import { checkConfig, readConfig } from '../../config/load.ts';
import type { ConfigChange } from '../../config/revisions.ts';
import { type AddCommand, serverCommand } from '../command.ts';
import { EXIT, print, printJson } from '../io.ts';

/** Mistakes are found here, where the file and its lines are known; the server checks again. */
async function documentOf(file: string): Promise<unknown> {
  const raw = await readConfig(resolve(file));
  // Secrets are the server's: here any value will do.
  const env = new Proxy(process.env, { get: (target, name: string) => target[name] ?? 'not-known-here' });
  await checkConfig(raw, PLUGINS, env);
  return raw.document;
}

export const addConfigCommands: AddCommand = (program) => {
  serverCommand<string[], { changed?: boolean }>(
    program,
    'plan [file]',
    'say what applying a configuration would change; exit status 1 if anything would',
    'leeway plan leeway.yaml',
    (command) => command,
    async (api, [file = 'leeway.yaml'], { json }) => {
      const { changes } = await api.post<{ changes: ConfigChange[] }>('/config/plan', {
        document: await documentOf(file),
      });
      if (changes.length > 0) process.exitCode = EXIT.no;
      if (json) printJson({ changes });
      else print(describe(changes));
    },
  );
  serverCommand<string[], object>(
    program,
    'apply [file]',
    'apply a configuration, whole or not at all',
    'leeway apply leeway.yaml',
    (command) => command,
    async (api, [file = 'leeway.yaml'], { json }) => {
      const { changes } = await api.post<{ changes: ConfigChange[] }>('/config/apply', {
        document: await documentOf(file),
      });
      if (json) printJson({ changes });
      else print(changes.length === 0 ? 'nothing to change' : `${describe(changes)}\napplied`);
    },
  );
};

function describe(changes: ConfigChange[]): string {
  if (changes.length === 0) return 'nothing would change';
  const show = (value: unknown) => {
    const text = JSON.stringify(value);
    return text.length > 80 ? `${text.slice(0, 77)}...` : text;
  };
  return changes
    .map(({ path, from, to }) => {
      if (from === null || from === undefined) return `${pc.green('+')} ${path}: ${show(to)}`;
      if (to === null || to === undefined) return `${pc.red('-')} ${path}: ${show(from)}`;
      return `${pc.yellow('~')} ${path}: ${show(from)} → ${show(to)}`;
    })
    .join('\n');
}
