import { type ChannelHealth, type Delivery, LeewayError } from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, EXIT, print, printJson, table } from '../io.ts';
import { addChannelPreview } from './channel-preview.ts';

const COLOR: Record<ChannelHealth['state'], (text: string) => string> = {
  unused: pc.gray,
  ok: pc.green,
  failing: pc.red,
  paused: pc.yellow,
  disabled: pc.red,
};

/** Where messages go, and what became of them. */
export const addChannelCommands: AddCommand = (program) => {
  const channels = program.command('channels').description('where messages go, and how that works').exitOverride();
  serverCommand<[], object>(
    channels,
    'list*',
    'channels and how they are; exit status 1 if one fails or is disabled',
    'leeway channels list',
    (command) => command,
    async (api, _args, { json }) => {
      const found = await api.get<{ channels: ChannelHealth[] }>('/channels');
      if (found.channels.some(({ state }) => state === 'failing' || state === 'disabled')) process.exitCode = EXIT.no;
      if (json) return printJson(found);
      print(
        table(found.channels, [
          { title: 'CHANNEL', value: (channel) => channel.name },
          { title: 'TYPE', value: (channel) => channel.type },
          { title: 'STATE', value: (channel) => COLOR[channel.state](channel.state) },
          { title: 'QUEUED', value: (channel) => String(channel.queued), align: 'right' },
          { title: 'LAST SENT', value: (channel) => day(channel.lastSentAt) },
          { title: 'FAILING SINCE', value: (channel) => day(channel.failingSince) },
          { title: 'FAILOVER', value: (channel) => channel.failover ?? '' },
          {
            title: 'ERROR',
            value: (channel) => channel.disabledReason ?? (channel.failures > 0 ? (channel.lastError ?? '') : ''),
          },
        ]),
      );
    },
  );
  serverCommand<[string], object>(
    channels,
    'test <channel>',
    'send a test message the way that alerts go; exit status 1 if it was not sent',
    'leeway channels test ops-slack',
    (command) => command,
    async (api, [name], { json }) => {
      const delivery = await api.post<Delivery>(`/channels/${encodeURIComponent(name)}/test`, {});
      if (delivery.state !== 'sent') process.exitCode = EXIT.no;
      if (json) printJson(delivery);
      else print(`${name}: ${delivery.state}${delivery.error ? ` (${delivery.error})` : ''}`);
    },
  );
  serverCommand<[string], object>(
    channels,
    'enable <channel>',
    'use a disabled or paused channel again',
    'leeway channels enable ops-slack',
    (command) => command,
    async (api, [name], { json }) => {
      const channel = await api.post<ChannelHealth>(`/channels/${encodeURIComponent(name)}/enable`, {});
      if (json) printJson(channel);
      else print(`${channel.name} is used again`);
    },
  );

  addChannelPreview(channels);

  const deliveries = program.command('deliveries').description('messages, and what became of them').exitOverride();
  serverCommand<[], { channel?: string; state?: string; limit?: string }>(
    deliveries,
    'list*',
    'messages, newest first',
    'leeway deliveries list --state failed',
    (command) =>
      command
        .option('--channel <name>', 'to one channel only')
        .option('--state <state>', 'queued, awaiting_approval, sent, failed, superseded or cancelled')
        .option('--limit <number>', 'how many', '50'),
    async (api, _args, { channel, state, limit, json }) => {
      const found = await api.get<{ deliveries: Delivery[] }>('/deliveries', { channel, state, limit });
      if (json) return printJson(found);
      if (found.deliveries.length === 0) return print('no messages');
      print(
        table(found.deliveries, [
          { title: 'DELIVERY', value: (delivery) => delivery.id },
          { title: 'CHANNEL', value: (delivery) => delivery.channel },
          { title: 'STATE', value: (delivery) => delivery.state },
          { title: 'CREATED', value: (delivery) => day(delivery.createdAt) },
          { title: 'TRIES', value: (delivery) => String(delivery.attempts), align: 'right' },
          { title: 'SUBJECT', value: (delivery) => delivery.subject },
          { title: 'ERROR', value: (delivery) => delivery.error ?? '' },
        ]),
      );
    },
  );
  serverCommand<[string], object>(
    deliveries,
    'show <delivery>',
    'one message',
    'leeway deliveries show dlv_3f0c2a9be4d1',
    (command) => command,
    async (api, [id], { json }) => {
      const delivery = await api.get<Delivery>(`/deliveries/${encodeURIComponent(id)}`);
      if (json) return printJson(delivery);
      print(
        Object.entries(delivery)
          .map(([name, value]) => `${name.padEnd(12)}${value ?? ''}`)
          .join('\n'),
      );
    },
  );
  serverCommand<[string], object>(
    deliveries,
    'approve <delivery>',
    'send a message that everybody will see, and that waits for a person',
    'leeway deliveries approve dlv_3f0c2a9be4d1',
    (command) => command,
    async (api, [id], { json }) => {
      const delivery = await api.post<Delivery>(`/deliveries/${encodeURIComponent(id)}/approve`, {});
      if (json) printJson(delivery);
      else print(`${delivery.id} is approved`);
    },
  );
  serverCommand<string[], { channel?: string }>(
    deliveries,
    'retry [delivery]',
    'send a failed message once more, or all of a channel',
    'leeway deliveries retry --channel ops-slack',
    (command) => command.option('--channel <name>', 'all failed messages of this channel'),
    async (api, [id], { channel, json }) => {
      if ((id === undefined) === (channel === undefined)) {
        throw new LeewayError('bad_option', 'expected the id of a delivery, or --channel NAME, and not both');
      }
      if (channel !== undefined) {
        const done = await api.post<{ retried: string[] }>(`/channels/${encodeURIComponent(channel)}/retry`, {});
        if (json) printJson(done);
        else print(`${done.retried.length} messages are queued again`);
        return;
      }
      const delivery = await api.post<Delivery>(`/deliveries/${encodeURIComponent(id as string)}/retry`, {});
      if (json) printJson(delivery);
      else print(`${delivery.id} is queued again`);
    },
  );
};
