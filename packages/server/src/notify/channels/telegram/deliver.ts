import type { z } from 'zod';
import type { ChannelIo, ChartImage, Outcome, Receipt } from '../../channel.ts';
import { cut, plain } from '../../format.ts';
import type { Message } from '../../message.ts';
import { shortHash } from '../../plain-body.ts';
import { baseOf, type Call, jsonOf, tryCall, tryJson } from '../../try-call.ts';
import type { telegramOptions } from './index.ts';
import { renderTelegram } from './render.ts';

type Options = z.infer<typeof telegramOptions>;

/** Edits the message of the group when something in it ended, else sends a new one, which answers the last. */
export async function deliverToTelegram(message: Message, options: Options, io: ChannelIo): Promise<Outcome> {
  const chat = io.receipt?.['chat'] ?? String(options.chat);
  const before = io.receipt?.['message'];
  const text = renderTelegram(message);
  if (before !== undefined && (message.status === 'resolved' || message.reason === 'resolved')) {
    const edited = await edit(chat, before, text, options, io);
    if (edited.outcome !== 'permanent' || edited.reason === 'auth') return edited;
    // Too old to be edited, or deleted: the end is told all the same.
  }
  const sent = await send(chat, { text, ...FORM, ...replyTo(before), ...silence(message, options) }, options, io);
  if (sent.outcome !== 'sent' || message.status !== 'firing' || !sent.receipt) return sent;
  const chart = await io.chart();
  if (chart === null) return sent;
  const { outcome } = await sendPhoto(sent.receipt, chart, options, io);
  // The words are there: they are not sent again for the sake of a picture.
  return outcome.outcome === 'sent' ? sent : { ...sent, note: `without the chart: ${outcome.detail}` };
}

const FORM = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } };

async function send(chat: string, body: object, options: Options, io: ChannelIo, moved = false): Promise<Outcome> {
  const call = await request('sendMessage', { chat_id: chat, ...threadOf(options), ...body }, options, io);
  if (call.outcome.outcome === 'sent') {
    const result = jsonOf(call.response)['result'] as { message_id?: number } | undefined;
    const receipt: Receipt = { chat, ...(result?.message_id && { message: String(result.message_id) }) };
    const note = `the chat has become a supergroup; write ${chat} as its id`;
    return { outcome: 'sent', receipt, ...(moved && { note }) };
  }
  const to = parametersOf(call)?.migrate_to_chat_id;
  if (to === undefined || moved) return call.outcome;
  return send(String(to), { ...body, reply_parameters: undefined }, options, io, true);
}

async function edit(chat: string, id: string, text: string, options: Options, io: ChannelIo): Promise<Outcome> {
  const body = { chat_id: chat, message_id: Number(id), text, ...FORM };
  const { outcome } = await request('editMessageText', body, options, io);
  const same = outcome.outcome === 'permanent' && /message is not modified/i.test(outcome.detail);
  return outcome.outcome === 'sent' || same ? { outcome: 'sent', receipt: { chat, message: id } } : outcome;
}

function sendPhoto({ chat, message }: Receipt, chart: ChartImage, options: Options, io: ChannelIo): Promise<Call> {
  const boundary = shortHash(io.deliveryId);
  const fields = {
    chat_id: chat ?? '',
    caption: cut(chart.alt, 1_024),
    disable_notification: 'true',
    reply_parameters: JSON.stringify(replyTo(message).reply_parameters),
    ...(options.thread !== undefined && { message_thread_id: String(options.thread) }),
  };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="photo"; filename="chart.png"\r\ncontent-type: image/png\r\n\r\n`;
  return tryCall(io, {
    url: methodUrl('sendPhoto', options),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(parts.join('') + file), chart.png, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
}

const methodUrl = (method: string, { url, token }: Options): string => `${baseOf(url)}/bot${token}/${method}`;

const threadOf = ({ thread }: Options) => (thread === undefined ? {} : { message_thread_id: thread });

const replyTo = (id: string | undefined) =>
  id === undefined ? {} : { reply_parameters: { message_id: Number(id), allow_sending_without_reply: true } };

const LOUDNESS = { info: 1, warning: 2, critical: 3 } as const;
const QUIET = { none: 0, info: 1, warning: 2, all: 3 } as const;

function silence({ status, severity }: Message, { quiet }: Options) {
  const silent = status === 'resolved' || (status === 'firing' && LOUDNESS[severity] <= QUIET[quiet]);
  return silent ? { disable_notification: true } : {};
}

/** A call of a method, judged by what Telegram says of it. */
async function request(method: string, body: object, options: Options, io: ChannelIo): Promise<Call> {
  const { outcome, response } = await tryJson(io, methodUrl(method, options), body);
  const { ok, description } = jsonOf(response);
  if (outcome.outcome === 'sent') {
    if (ok === true) return { outcome, response };
    const detail = `expected {"ok":true}, got "${plain(response?.body ?? '', 120)}"`;
    return { outcome: { outcome: 'permanent', reason: 'rejected', detail }, response };
  }
  if (response === null) return { outcome, response };
  const said = typeof description === 'string' ? `HTTP ${response.status}: ${plain(description, 200)}` : outcome.detail;
  const retryAfter = parametersOf({ outcome, response })?.retry_after;
  // A token that Telegram does not know is no address of its own: 404, as well as 401.
  const reason = response.status === 404 ? 'auth' : outcome.reason;
  return {
    outcome: { ...outcome, reason, detail: said, ...(retryAfter !== undefined && { retryAfterMs: retryAfter * 1000 }) },
    response,
  };
}

function parametersOf({ response }: Call): { retry_after?: number; migrate_to_chat_id?: number } | undefined {
  const { parameters } = jsonOf(response);
  return typeof parameters === 'object' && parameters !== null ? parameters : undefined;
}
