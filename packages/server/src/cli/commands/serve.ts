import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { createLoginCode, createToken } from '../../access/tokens.ts';
import { App, type AppOptions } from '../../app/app.ts';
import { readConfig } from '../../config/load.ts';
import { LOCAL_FILE } from '../api.ts';
import type { AddCommand, GlobalOptions } from '../command.ts';
import { note, print, printJson } from '../io.ts';

export const addServeCommand: AddCommand = (program) => {
  program
    .command('serve')
    .description('run the server')
    .option('--config <file>', 'configuration file (default: leeway.yaml, if it is there)')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on; 0 takes a free one', Number)
    .option('--json', 'print one JSON line with address and login link when ready')
    .addHelpText('after', '\nExample:\n  leeway serve --config leeway.yaml --port 7373')
    .action(async (_options, self) => {
      const options = self.optsWithGlobals() as GlobalOptions & { config?: string; host?: string; port?: number };
      const file = options.config ?? (existsSync('leeway.yaml') ? 'leeway.yaml' : undefined);
      const app = await App.open({
        ...(file ? { config: await readConfig(resolve(file)) } : {}),
        ...(options.data ? { dataDir: options.data } : {}),
        ...(options.host ? { host: options.host } : {}),
        ...(options.port === undefined ? {} : { port: options.port }),
      } satisfies AppOptions);
      const url = await app.start();
      const link = await announce(app, url);
      if (options.json) printJson({ url, login: link });
      else {
        print(`Leeway serves at ${pc.bold(url)}`);
        print(`Log in once with ${pc.cyan(link)}`);
      }
      await untilStopped();
      note('stopping');
      await withdraw(app);
      await app.close();
    });
};

/** Leaves address and token for the commands of the same user, and makes a login link. */
export async function announce(app: App, url: string): Promise<string> {
  const token = await localToken(app);
  const path = join(app.ctx.dataDir, LOCAL_FILE);
  await writeFile(path, JSON.stringify({ url, token }), { mode: 0o600 });
  await chmod(path, 0o600);
  return `${url}/login#${await createLoginCode(app.ctx)}`;
}

/** A new token at every start; the one of the last start ends. */
async function localToken(app: App): Promise<string> {
  const { db } = app.ctx.store;
  await db.deleteFrom('tokens').where('kind', '=', 'api').where('name', '=', 'local').execute();
  return createToken(app.ctx, 'start', { name: 'local', role: 'admin' });
}

export async function withdraw(app: App): Promise<void> {
  await rm(join(app.ctx.dataDir, LOCAL_FILE), { force: true });
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<void> {
  return new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        stop();
      });
    }
  });
}
