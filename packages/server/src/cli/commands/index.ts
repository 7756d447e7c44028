import type { AddCommand } from '../command.ts';
import { addAlertCommands } from './alerts.ts';
import { addCheckCommand } from './check.ts';
import { addConfigCommands } from './config.ts';
import { addDemoCommand } from './demo.ts';
import { addDetectCommand } from './detect.ts';
import { addDoctorCommand } from './doctor.ts';
import { addProfileCommand } from './profile.ts';
import { addRunCommands } from './runs.ts';
import { addServeCommand } from './serve.ts';
import { addTokenCommands } from './token.ts';
import { addVersionCommands } from './versions.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [
  addServeCommand,
  addDemoCommand,
  (program) => addCheckCommand(program, { stdout: process.stdout, stderr: process.stderr }),
  (program) => addProfileCommand(program),
  (program) => addDetectCommand(program, { stdout: process.stdout, stderr: process.stderr }),
  addConfigCommands,
  addRunCommands,
  addVersionCommands,
  addAlertCommands,
  addTokenCommands,
  addDoctorCommand,
];
