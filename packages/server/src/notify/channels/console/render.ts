import type { Message } from '../../message.ts';

const MARK = { firing: '!!', resolved: 'ok', test: '--', note: '==' } as const;

export function renderConsole(message: Message): string {
  return [
    `${MARK[message.status]} ${message.at} ${message.subject}`,
    ...message.lines.map((line) => `   ${line}`),
    '',
  ].join('\n');
}
