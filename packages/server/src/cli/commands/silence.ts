import { durationMs, LeewayError, parseMatchers, type Silence } from '@leeway/contract';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, print, printJson, table } from '../io.ts';

interface AddOptions {
  for?: string;
  untilResolved?: boolean;
  expireWhenIdle?: string;
  comment: string;
}

/** Mutes alerts for a while. */
export const addSilenceCommands: AddCommand = (program) => {
  const silence = program.command('silence').description('mute alerts by their labels').exitOverride();
  serverCommand<string[], AddOptions>(
    silence,
    'add <matcher...>',
    'mute the alerts that match all of these, such as model=flights-late or rule=~drift.*',
    'leeway silence add model=flights-late rule=input-drift --for 2h --comment "feed is being repaired"',
    (command) =>
      command
        .option('--for <duration>', 'how long, such as 2h')
        .option('--until-resolved', 'until the last alert that matches is over')
        .option('--expire-when-idle <duration>', 'until nothing has matched for so long')
        .requiredOption('--comment <text>', 'why'),
    async (api, args, { for: length, untilResolved = false, expireWhenIdle, comment, json }) => {
      if (length === undefined && !untilResolved)
        throw new LeewayError('bad_option', 'expected --for DURATION or --until-resolved, got neither');
      const { now } = await api.get<{ now: string }>('/status');
      const made = await api.post<Silence>('/silences', {
        matchers: args.flat(),
        untilResolved,
        comment,
        ...(length === undefined ? {} : { endsAt: new Date(Date.parse(now) + durationMs(length)).toISOString() }),
        ...(expireWhenIdle === undefined ? {} : { expireWhenIdle }),
      });
      if (json) printJson(made);
      else print(`${made.id} mutes until ${untilResolved ? 'it is over, at most until ' : ''}${day(made.endsAt)}`);
    },
  );
  serverCommand<[], object>(
    silence,
    'list*',
    'silences, and what else mutes alerts',
    'leeway silence list',
    (command) => command,
    async (api, _args, { json }) => {
      const found = await api.get<{ silences: Silence[] }>('/silences');
      if (json) return printJson(found);
      print(
        table(found.silences, [
          { title: 'SILENCE', value: (s) => s.id },
          { title: 'KIND', value: (s) => s.kind },
          {
            title: 'MATCHES',
            value: (s) =>
              parseMatchers(s.matchers)
                .map(({ label, operator, value }) => `${label}${operator}${value}`)
                .join(' '),
          },
          { title: 'FROM', value: (s) => day(s.startsAt) },
          { title: 'UNTIL', value: (s) => (s.untilResolved ? 'it is over' : day(s.endsAt)) },
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
