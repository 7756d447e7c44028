import { LeewayError, type RetrainingStatus, type Run } from '@leeway/contract';
import pc from 'picocolors';
import { describeGates } from '../../retraining/gates/words.ts';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, EXIT, print, printJson, table } from '../io.ts';
import { printRetraining } from '../retraining-status.ts';

const COLOR: Partial<Record<Run['state'], (text: string) => string>> = {
  promoted: pc.green,
  rejected: pc.yellow,
  vetoed: pc.yellow,
  failed: pc.red,
  awaiting_approval: pc.cyan,
  suggested: pc.cyan,
};
/** `C=0.5` as a name and a number; what is no JSON is text. */
function parseParam(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new LeewayError('bad_option', `--param ${text}: expected NAME=VALUE such as C=0.5`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}

const stateOf = ({ state }: Run): string => (COLOR[state] ?? pc.white)(state);

export const addRunCommands: AddCommand = (program) => {
  serverCommand<[string], { reason?: string; dryRun?: boolean; param?: string[] }>(
    program,
    'retrain <model>',
    'begin a retraining run by hand; with --dry-run say what would begin one now, and what would not let it',
    'leeway retrain flights-late --reason "new airport"',
    (command) =>
      command
        .option('--reason <text>', 'why, for the record')
        .option('--param <name=value...>', 'parameters for the trainer, before those of the configuration')
        .option('--dry-run', 'begin nothing, and say what would happen; exit status 1 if no run would begin by itself'),
    async (api, [model], { reason, dryRun, param = [], json }) => {
      if (dryRun) {
        const status = await api.get<RetrainingStatus>(`/models/${encodeURIComponent(model)}/retraining`);
        if (status.would === 'nothing') process.exitCode = EXIT.no;
        return json ? printJson(status) : printRetraining(status);
      }
      if (!reason) throw new LeewayError('bad_option', '--reason is missing: say why, for the record');
      const params = Object.fromEntries(param.map(parseParam));
      const run = await api.post<Run>(`/models/${encodeURIComponent(model)}/retrain`, { reason, params });
      if (json) printJson(run);
      else print(`${run.id} is ${stateOf(run)}; follow it with \`leeway runs show ${run.id}\``);
    },
  );

  const runs = program.command('runs').description('retraining runs').exitOverride();
  serverCommand<[], { model?: string }>(
    runs,
    'list*',
    'runs, newest first',
    'leeway runs list --model flights-late',
    (command) => command.option('--model <name>', 'of one model only'),
    async (api, _args, { model, json }) => {
      const found = await api.get<{ runs: Run[] }>('/runs', { model });
      if (json) return printJson(found);
      print(
        table(found.runs, [
          { title: 'RUN', value: (run) => run.id },
          { title: 'MODEL', value: (run) => run.model },
          { title: 'STATE', value: stateOf },
          { title: 'BEGUN', value: (run) => day(run.createdAt) },
          { title: 'TRIGGER', value: (run) => run.trigger },
          { title: 'CHALLENGER', value: (run) => run.challenger ?? '' },
          { title: 'DECISION', value: (run) => run.decision ?? run.error?.detail.split('\n')[0] ?? '' },
        ]),
      );
    },
  );
  serverCommand<[string], object>(
    runs,
    'show <run>',
    'one run with its data, gates and decision; exit status 1 if it did not promote',
    'leeway runs show run_01kq3v9r2x7d5m8t',
    (command) => command,
    async (api, [id], { json }) => {
      const run = await api.get<Run>(`/runs/${encodeURIComponent(id)}`);
      if (['rejected', 'vetoed', 'failed'].includes(run.state)) process.exitCode = EXIT.no;
      if (json) return printJson(run);
      print(`${pc.bold(run.id)}  ${run.model}  ${stateOf(run)}`);
      print(`begun ${day(run.createdAt)} by ${run.trigger}: ${run.reason}`);
      if (run.dataset) {
        const { start, holdoutStart, end, trainRows, holdoutRows, hash } = run.dataset;
        print(
          `data  ${day(start)} to ${day(holdoutStart)} (${trainRows} rows), held out to ${day(end)} (${holdoutRows} rows), sha256 ${hash.slice(0, 12)}`,
        );
      }
      for (const line of describeGates(run.gates)) print(line);
      for (const { name, statement } of run.gates.filter(({ verdict }) => verdict !== 'pass')) {
        print(pc.dim(`${name}: ${statement}`));
      }
      if (run.decision) print(`decision: ${run.decision}`);
      if (run.error) print(`${pc.red(run.error.code)}: ${run.error.detail}`);
      if (run.log && run.state === 'failed') print(pc.dim(run.log));
    },
  );

  for (const [name, parent, what] of [
    ['start', runs, 'start a run that was suggested'],
    ['approve', program, 'promote the challenger of a run'],
    ['reject', program, 'refuse the challenger of a run'],
    ['reject', runs, 'refuse the challenger of a run'],
    ['cancel', runs, 'stop a run, or turn a suggestion down'],
  ] as const) {
    serverCommand<[string], { reason?: string; force?: boolean }>(
      parent,
      `${name} <run>`,
      what,
      `leeway ${parent === runs ? 'runs ' : ''}${name} run_01kq3v9r2x7d5m8t --reason "looked at the slices"`,
      (command) => {
        command.option('--reason <text>', 'why, for the record; needed where the policy asks for a comment', '');
        return name === 'approve' ? command.option('--force', 'although the gates did not pass') : command;
      },
      async (api, [id], { reason, force, json }) => {
        const run = await api.post<Run>(`/runs/${encodeURIComponent(id)}/${name}`, {
          reason,
          ...(force ? { force } : {}),
        });
        if (json) printJson(run);
        else print(`${run.id} is ${stateOf(run)}${run.decision ? `: ${run.decision}` : ''}`);
      },
    );
  }

  serverCommand<[string], { reason: string }>(
    runs,
    'close-breaker <model>',
    'let runs of a model begin by themselves again, after several in a row failed',
    'leeway runs close-breaker flights-late --reason "the disk of the trainer was full"',
    (command) => command.requiredOption('--reason <text>', 'why, for the record'),
    async (api, [model], { reason, json }) => {
      const path = `/models/${encodeURIComponent(model)}/retraining/close-breaker`;
      const status = await api.post<RetrainingStatus>(path, { reason });
      if (json) printJson(status);
      else printRetraining(status);
    },
  );
};
