import { type Alert, durationMs, type Silence } from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, EXIT, number, print, printJson, table } from '../io.ts';

const COLOR = { critical: pc.red, warning: pc.yellow, info: pc.blue };

export const addAlertCommands: AddCommand = (program) => {
  serverCommand<[], { model?: string; state?: string }>(
    program,
    'alerts',
    'alerts, newest first; exit status 1 if one is firing',
    'leeway alerts --state firing',
    (command) =>
      command
        .option('--model <name>', 'of one model only')
        .option('--state <state>', 'pending, firing, recovering or resolved'),
    async (api, _args, { model, state, json }) => {
      const found = await api.get<{ alerts: Alert[] }>('/alerts', { model, state });
      if (found.alerts.some((alert) => alert.state === 'firing')) process.exitCode = EXIT.no;
      if (json) return printJson(found);
      if (found.alerts.length === 0) return print('no alerts');
      print(
        table(found.alerts, [
          { title: 'ALERT', value: (alert) => alert.id },
          { title: 'SEVERITY', value: (alert) => COLOR[alert.severity](alert.severity) },
          { title: 'STATE', value: (alert) => alert.state + (alert.acknowledgedBy ? ' (ack)' : '') },
          { title: 'MODEL', value: (alert) => alert.model },
          { title: 'RULE', value: (alert) => [alert.rule, alert.column, alert.slice].filter(Boolean).join(' ') },
          { title: 'VALUE', value: (alert) => number(alert.value), align: 'right' },
          { title: 'THRESHOLD', value: (alert) => number(alert.threshold), align: 'right' },
          { title: 'SINCE', value: (alert) => day(alert.firedAt ?? alert.activeAt) },
          { title: 'CAUSE', value: (alert) => alert.cause?.summary ?? '' },
        ]),
      );
    },
  );
  serverCommand<[string], { comment?: string }>(
    program,
    'ack <alert>',
    'say that someone has an alert in hand',
    'leeway ack alert_01kq3v9r2x7d5m8t --comment "looking at it"',
    (command) => command.option('--comment <text>', 'what the others should know'),
    async (api, [id], { comment, json }) => {
      const alert = await api.post<Alert>(`/alerts/${encodeURIComponent(id)}/ack`, { comment: comment ?? '' });
      if (json) printJson(alert);
      else print(`${alert.id} is acknowledged by ${alert.acknowledgedBy}`);
    },
  );

  const silence = program.command('silence').description('mute alerts by their labels').exitOverride();
  serverCommand<string[], { for: string; comment: string }>(
    silence,
    'add <label=value...>',
    'mute the alerts that have all these labels',
    'leeway silence add model=flights-late rule=input-drift --for 2h --comment "feed is being repaired"',
    (command) =>
      command.requiredOption('--for <duration>', 'how long, such as 2h').requiredOption('--comment <text>', 'why'),
    async (api, args, { for: length, comment, json }) => {
      const pairs = args.flat().map((arg) => {
        const at = arg.indexOf('=');
        return [arg.slice(0, at), arg.slice(at + 1)] as const;
      });
      const { now } = await api.get<{ now: string }>('/status');
      const endsAt = new Date(Date.parse(now) + durationMs(length)).toISOString();
      const made = await api.post<Silence>('/silences', { matchers: Object.fromEntries(pairs), endsAt, comment });
      if (json) printJson(made);
      else print(`${made.id} mutes until ${day(made.endsAt)}`);
    },
  );
  serverCommand<[], object>(
    silence,
    'list',
    'silences',
    'leeway silence list',
    (command) => command,
    async (api, _args, { json }) => {
      const found = await api.get<{ silences: Silence[] }>('/silences');
      if (json) return printJson(found);
      print(
        table(found.silences, [
          { title: 'SILENCE', value: (s) => s.id },
          {
            title: 'LABELS',
            value: (s) =>
              Object.entries(s.matchers)
                .map(([label, value]) => `${label}=${value}`)
                .join(' '),
          },
          { title: 'FROM', value: (s) => day(s.startsAt) },
          { title: 'UNTIL', value: (s) => day(s.endsAt) },
          { title: 'BY', value: (s) => s.createdBy },
          { title: 'COMMENT', value: (s) => s.comment },
        ]),
      );
    },
  );
  serverCommand<[string], object>(
    silence,
    'end <silence>',
    'end a silence now',
    'leeway silence end silence_01kq3v9r2x7d5m8t',
    (command) => command,
    async (api, [id], { json }) => {
      const ended = await api.delete<Silence>(`/silences/${encodeURIComponent(id)}`);
      if (json) printJson(ended);
      else print(`${ended.id} has ended`);
    },
  );
};
