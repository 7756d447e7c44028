import { readFile } from 'node:fs/promises';
import type { MessagePreview } from '@leeway/contract';
import type { Command } from 'commander';
import { serverCommand } from '../command.ts';
import { print, printJson } from '../io.ts';

/** Adds `preview` to the group of commands about channels. */
export function addChannelPreview(channels: Command): void {
  serverCommand<[string], { alert?: string; subject?: string; text?: string }>(
    channels,
    'preview <channel>',
    'what a channel would send of an alert; nothing is sent',
    'leeway channels preview ops-slack --alert alert_01kq3v9r2x7d5m8t --text message.liquid',
    (command) =>
      command
        .option('--alert <id>', 'of this alert (default: a sample)')
        .option('--subject <template>', 'with this subject (Liquid)')
        .option('--text <file>', 'with the text that this file makes (Liquid)'),
    async (api, [channel], { alert, subject, text, json }) => {
      const template = {
        ...(subject !== undefined && { subject }),
        ...(text !== undefined && { text: await readFile(text, 'utf8') }),
      };
      const preview = await api.post<MessagePreview>('/channels/preview', {
        channel,
        ...(alert !== undefined && { alert }),
        ...(Object.keys(template).length > 0 && { template }),
      });
      if (json) return printJson(preview);
      print([preview.subject, '', preview.body].join('\n'));
      for (const note of preview.notes) process.stderr.write(`${note}\n`);
    },
  );
}
