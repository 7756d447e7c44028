#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, report } from './io.ts';
import { createProgram } from './program.ts';

const program = createProgram();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = report(error, program.opts<{ json?: boolean }>().json ?? process.argv.includes('--json'));
}
