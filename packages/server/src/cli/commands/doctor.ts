import { access, constants, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import type { AddCommand, GlobalOptions } from '../command.ts';
import { EXIT, print, printJson } from '../io.ts';

interface Finding {
  what: string;
  ok: boolean;
  detail: string;
  remedy?: string;
}

export const addDoctorCommand: AddCommand = (program) => {
  program
    .command('doctor')
    .description('look for what would keep Leeway from running, and say what to do about it')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  leeway doctor')
    .action(async (_options, self) => {
      const options = self.optsWithGlobals() as GlobalOptions;
      const findings = await examine(resolve(options.data ?? './.leeway'));
      if (findings.some((finding) => !finding.ok)) process.exitCode = EXIT.no;
      if (options.json) return printJson({ findings });
      for (const { what, ok, detail, remedy } of findings) {
        print(`${ok ? pc.green('✓') : pc.red('✗')} ${what}: ${detail}`);
        if (!ok && remedy) print(`  ${pc.dim('→')} ${remedy}`);
      }
    });
};

async function examine(data: string): Promise<Finding[]> {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const findings: Finding[] = [
    {
      what: 'Node',
      ok: major > 20 || (major === 20 && minor >= 19),
      detail: process.version,
      remedy: 'Install Node 20.19 or newer.',
    },
    await attempt(
      'store engine (libsql)',
      'Install again with `npm install`; Linux and macOS on x64 and arm64 are supported.',
      async () => {
        const { default: Database } = await import('libsql');
        const database = new Database(':memory:');
        const row = database.prepare('select sqlite_version() as version').get() as { version: string };
        database.close();
        return `SQLite ${row.version}`;
      },
    ),
    await attempt(
      'warehouse engine (chDB)',
      'Install again with `npm install`; Linux (glibc) and macOS on x64 and arm64 are supported.',
      async () => {
        const { createChdbConnection } = await import('chdb/connection');
        return typeof createChdbConnection === 'function' ? 'loads' : 'is not what was expected';
      },
    ),
    await attempt('model runtime (ONNX)', 'Install again with `npm install`.', async () => {
      await import('onnxruntime-node');
      return 'loads';
    }),
    await attempt('data directory', `Make ${data} writable, or choose another with --data.`, async () => {
      await mkdir(data, { recursive: true });
      await access(data, constants.W_OK);
      const probe = join(data, '.probe');
      await writeFile(probe, 'x');
      await rm(probe);
      const { bavail, bsize } = await statfs(data);
      const free = bavail * bsize;
      if (free < 1e9) throw new Error(`only ${Math.round(free / 1e6)} MB are free under ${data}`);
      return `${data}, ${Math.round(free / 1e9)} GB free`;
    }),
  ];
  return findings;
}

async function attempt(what: string, remedy: string, probe: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, detail: await probe() };
  } catch (error) {
    return { what, ok: false, detail: (error as Error).message, remedy };
  }
}
