import type { Run } from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, EXIT, number, print, printJson, table } from '../io.ts';

const COLOR: Partial<Record<Run['state'], (text: string) => string>> = {
  promoted: pc.green,
  rejected: pc.yellow,
  vetoed: pc.yellow,
  failed: pc.red,
  awaiting_approval: pc.cyan,
};
const stateOf = ({ state }: Run): string => (COLOR[state] ?? pc.white)(state);

export const addRunCommands: AddCommand = (program) => {
  serverCommand<[string], { reason: string }>(
    program,
    'retrain <model>',
    'begin a retraining run by hand',
    'leeway retrain flights-late --reason "new airport"',
    (command) => command.requiredOption('--reason <text>', 'why, for the record'),
    async (api, [model], { reason, json }) => {
      const run = await api.post<Run>(`/models/${encodeURIComponent(model)}/retrain`, { reason });
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
      if (run.gates.length > 0) {
        print(
          table(run.gates, [
            { title: 'GATE', value: (gate) => `${gate.type} ${gate.metric}` },
            { title: 'CHAMPION', value: (gate) => number(gate.champion), align: 'right' },
            { title: 'CHALLENGER', value: (gate) => number(gate.challenger), align: 'right' },
            {
              title: 'DIFFERENCE',
              value: (gate) =>
                gate.lower === null
                  ? number(gate.difference)
                  : `${number(gate.difference)} [${number(gate.lower)}, ${number(gate.upper)}]`,
            },
            { title: 'VERDICT', value: (gate) => gate.verdict },
            { title: 'WHY', value: (gate) => gate.reason },
          ]),
        );
      }
      if (run.decision) print(`decision: ${run.decision}`);
      if (run.error) print(`${pc.red(run.error.code)}: ${run.error.detail}`);
      if (run.log && run.state === 'failed') print(pc.dim(run.log));
    },
  );

  for (const [name, what] of [
    ['approve', 'promote the challenger of a run'],
    ['reject', 'refuse the challenger of a run'],
    ['cancel', 'stop a run'],
  ] as const) {
    serverCommand<[string], { reason: string; force?: boolean }>(
      name === 'approve' ? program : runs,
      `${name} <run>`,
      what,
      `leeway ${name === 'approve' ? '' : 'runs '}${name} run_01kq3v9r2x7d5m8t --reason "looked at the slices"`,
      (command) => {
        command.requiredOption('--reason <text>', 'why, for the record');
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
};
