import type { Action } from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, print, printJson, table } from '../io.ts';

const COLOR: Partial<Record<Action['state'], (text: string) => string>> = {
  done: pc.green,
  failed: pc.red,
  uncertain: pc.red,
  refused: pc.yellow,
  rejected: pc.yellow,
  awaiting_approval: pc.cyan,
};
const stateOf = ({ state }: Action): string => (COLOR[state] ?? pc.white)(state);

export const addActionCommands: AddCommand = (program) => {
  const actions = program.command('actions').description('what alerts do by themselves').exitOverride();

  serverCommand<[], { model?: string; alert?: string; state?: string }>(
    actions,
    'list*',
    'actions, newest first',
    'leeway actions list --state awaiting_approval',
    (command) =>
      command
        .option('--model <name>', 'of one model only')
        .option('--alert <id>', 'of one alert only')
        .option('--state <state>', 'waiting, awaiting_approval, running, done, failed, refused, rejected or uncertain'),
    async (api, _args, { model, alert, state, json }) => {
      const found = await api.get<{ actions: Action[] }>('/actions', { model, alert, state });
      if (json) return printJson(found);
      print(
        table(found.actions, [
          { title: 'ACTION', value: (action) => action.id },
          { title: 'MODEL', value: (action) => action.model },
          { title: 'RULE', value: (action) => action.rule },
          { title: 'TYPE', value: (action) => `${action.type}${action.dryRun ? ' (dry run)' : ''}` },
          { title: 'STATE', value: stateOf },
          { title: 'SINCE', value: (action) => day(action.createdAt) },
          { title: 'WHAT', value: (action) => action.why || (action.plan ?? '') },
        ]),
      );
    },
  );

  serverCommand<[string], object>(
    actions,
    'approve <action>',
    'say yes to an action, or have an uncertain one tried again',
    'leeway actions approve action_3f0c9a4be1',
    (command) => command,
    async (api, [id], { json }) => {
      const action = await api.post<Action>(`/actions/${encodeURIComponent(id)}/approve`, {});
      if (json) printJson(action);
      else print(`${action.id} is approved: ${action.plan ?? action.type}`);
    },
  );

  serverCommand<[string], { reason?: string }>(
    actions,
    'reject <action>',
    'say no to an action',
    'leeway actions reject action_3f0c9a4be1 --reason "the feed is being repaired"',
    (command) => command.option('--reason <text>', 'why, for the record', ''),
    async (api, [id], { reason, json }) => {
      const action = await api.post<Action>(`/actions/${encodeURIComponent(id)}/reject`, { reason });
      if (json) printJson(action);
      else print(`${action.id} is rejected`);
    },
  );
};
