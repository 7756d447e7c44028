import type { AddCommand } from '../command.ts';
import { addActionCommands } from './actions.ts';
import { addAlertCommands } from './alerts.ts';
import { addBacktestCommand } from './backtest.ts';
import { addCardCommands } from './cards.ts';
import { addChannelCommands } from './channels.ts';
import { addCheckCommand } from './check.ts';
import { addConfigCommands } from './config.ts';
import { addDatasetCommands } from './datasets.ts';
import { addDemoCommand } from './demo.ts';
import { addDetectCommand } from './detect.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExplainCommand } from './explain.ts';
import { addOnCallCommand } from './on-call.ts';
import { addProfileCommand } from './profile.ts';
import { addReportCommands } from './report.ts';
import { addRuleCommands } from './rules.ts';
import { addRunCommands } from './runs.ts';
import { addServeCommand } from './serve.ts';
import { addSilenceCommands } from './silence.ts';
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
  addDatasetCommands,
  addVersionCommands,
  addExplainCommand,
  addCardCommands,
  addAlertCommands,
  addSilenceCommands,
  addActionCommands,
  addOnCallCommand,
  addReportCommands,
  addBacktestCommand,
  addRuleCommands,
  addChannelCommands,
  addTokenCommands,
  addDoctorCommand,
];
