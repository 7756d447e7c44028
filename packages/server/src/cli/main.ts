#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, report } from './io.ts';
import { createProgram } from './program.ts';

// Whoever reads the output may stop early (`leeway detect ... | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

const program = createProgram();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = report(error, program.opts<{ json?: boolean }>().json ?? process.argv.includes('--json'));
}
