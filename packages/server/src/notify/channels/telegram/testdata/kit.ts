import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, statusesWith } from '../../../testdata/channel-kit.ts';
import { renderTelegram } from '../render.ts';

const TOKEN = '123456:s3cr3t-ABC_defGHIjklMNOpqr';

/** Tags that are open when they are closed, entities that are whole, and nothing but what Telegram knows. */
export const Html = z
  .string()
  .min(1)
  .max(4096)
  .superRefine((html, ctx) => {
    const open: string[] = [];
    for (const [, close, tag, rest] of html.matchAll(/<(\/?)([^\s>]*)([^>]*)>/g)) {
      if (close) {
        if (open.pop() !== tag) ctx.addIssue(`</${tag}> closes nothing`);
      } else if (tag === 'b' || (tag === 'a' && /^ href="https?:\/\/[^"<>]+"$/.test(rest ?? ''))) open.push(tag);
      else ctx.addIssue(`<${tag}${rest}> is not known`);
    }
    if (open.length > 0) ctx.addIssue(`${open} is not closed`);
    if (/[<>]/.test(html.replace(/<[^<>]*>/g, ''))) ctx.addIssue('a bare < or >');
    if (/&(?!(amp|lt|gt|quot);)/.test(html)) ctx.addIssue('a bare &');
  });

const base = {
  chat_id: z.string().regex(/^(-?\d+|@\w+)$/),
  text: Html,
  parse_mode: z.literal('HTML'),
  link_preview_options: z.strictObject({ is_disabled: z.literal(true) }),
};
const Reply = z.strictObject({ message_id: z.int(), allow_sending_without_reply: z.literal(true) });
const SendMessage = z.strictObject({
  ...base,
  message_thread_id: z.int().optional(),
  reply_parameters: Reply.optional(),
  disable_notification: z.literal(true).optional(),
});
const EditMessageText = z.strictObject({ ...base, message_id: z.int() });

/** Telegram, which gives out the ids 101, 102, ... */
export const telegram = () => {
  let id = 100;
  return (request: FakeRequest) => {
    expect(request.method).toBe('POST');
    const [, bot, method] = request.path.split('/');
    expect(bot).toBe(`bot${TOKEN}`);
    if (method === 'sendMessage') SendMessage.parse(request.json());
    else if (method === 'editMessageText') EditMessageText.parse(request.json());
    else {
      expect(method).toBe('sendPhoto');
      const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(String(request.headers['content-type']))?.[1];
      expect(request.text.endsWith(`\r\n--${boundary}--\r\n`)).toBe(true);
      expect(request.text).toContain('name="photo"; filename="chart.png"\r\ncontent-type: image/png\r\n\r\n');
    }
    id += 1;
    return { status: 200, body: JSON.stringify({ ok: true, result: { message_id: id } }) };
  };
};

export const refusal = (status: number, description: string, parameters?: object) => ({
  status,
  body: JSON.stringify({ ok: false, error_code: status, description, ...(parameters && { parameters }) }),
});

export const telegramAt = (origin: string, over: object = {}) => ({
  token: TOKEN,
  chat: -100123,
  url: origin,
  ...over,
});

export const kits: ChannelKit[] = [
  {
    name: 'telegram',
    options: (origin) => telegramAt(origin),
    secrets: [TOKEN],
    http: telegram,
    text: (request) => (request.json() as { text: string }).text,
    statuses: statusesWith(
      [404, 'permanent', 'auth'],
      [refusal(400, 'Bad Request: chat not found'), 'permanent', 'rejected'],
      [refusal(401, 'Unauthorized'), 'permanent', 'auth'],
      [refusal(403, 'Forbidden: bot was kicked from the group chat'), 'permanent', 'auth'],
      [refusal(429, 'Too Many Requests: retry after 17', { retry_after: 17 }), 'retry', 'rate_limited'],
      [{ status: 200, body: '<html>log in</html>' }, 'permanent', 'rejected'],
    ),
    in17Seconds: refusal(429, 'Too Many Requests: retry after 17', { retry_after: 17 }),
    golden: { 'html.txt': (message) => `${renderTelegram(message)}\n` },
  },
];
