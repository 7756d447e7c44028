import type { OnCallSchedule } from '@leeway/contract';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, print, printJson, table } from '../io.ts';

/** Who is on call. */
export const addOnCallCommand: AddCommand = (program) => {
  serverCommand<[], { at?: string; days?: string }>(
    program,
    'on-call',
    'who is on call, and who is next; times in UTC',
    'leeway on-call --at 2026-03-28T12:00:00Z',
    (command) =>
      command
        .option('--at <time>', 'at another time than now, such as 2026-03-28T12:00:00Z')
        .option('--days <n>', 'how far to look ahead', '14'),
    async (api, _args, { at, days, json }) => {
      const found = await api.get<{ schedules: OnCallSchedule[] }>('/on-call', { at, days });
      if (json) return printJson(found);
      if (found.schedules.length === 0) return print('onCall has no schedules');
      const rows = found.schedules.flatMap(({ schedule, now, channels, coming }) => [
        { schedule, shift: now, by: channels.join(', ') },
        ...coming.map((shift) => ({ schedule: '', shift, by: '' })),
      ]);
      print(
        table(rows, [
          { title: 'SCHEDULE', value: (row) => row.schedule || ' ' },
          { title: 'PERSON', value: ({ shift }) => shift.person + (shift.by === 'override' ? ' (instead)' : '') },
          { title: 'FROM', value: ({ shift }) => day(shift.from) },
          { title: 'TO', value: ({ shift }) => day(shift.to) },
          { title: 'TOLD BY', value: (row) => row.by || ' ' },
        ]),
      );
    },
  );
};
