import type { z } from 'zod';
import type { ChannelIo, FailureReason, Outcome } from '../../channel.ts';
import { plain } from '../../format.ts';
import type { Message } from '../../message.ts';
import { baseOf, jsonOf, tryJson } from '../../try-call.ts';
import type { slackOptions } from './index.ts';
import { renderSlack, renderSlackReply, type SlackBody } from './render.ts';

type Options = z.infer<typeof slackOptions>;

export async function deliverToSlack(message: Message, options: Options, io: ChannelIo): Promise<Outcome> {
  const chart = await io.chart();
  const body = renderSlack(message, chart?.url ? { url: chart.url, alt: chart.alt } : null);
  return options.url ? postToHook(options.url, body, io) : talk(message, body, options, io);
}

async function postToHook(url: string, body: SlackBody, io: ChannelIo): Promise<Outcome> {
  const { outcome, response } = await tryJson(io, url, body);
  // Slack answers a message that it took with the two letters "ok"; a login page of a proxy is a 200 too.
  return response?.status === 200 && response.body.trim() !== 'ok'
    ? refused(`expected the answer "ok", got "${plain(response.body, 120)}"`)
    : outcome;
}

/**
 * The first message of a group is posted. Later ones bring it up to date where it stands, and tell the change in its thread;
 * what still fires is shown in the channel as well, since nobody is called by an update. The update goes first: it may be done twice.
 */
async function talk(message: Message, body: SlackBody, options: Options, io: ChannelIo): Promise<Outcome> {
  const post = { channel: options.channel, ...QUIET, ...body };
  const { ts, channel } = io.receipt ?? {};
  if (message.reason === 'acknowledged' && !ts) return { outcome: 'sent', note: 'there is no message to show it on' };
  if (!ts || !channel) return (await call('chat.postMessage', post, options, io)).outcome;
  const updated = await call('chat.update', { channel, ts, ...body }, options, io);
  if (updated.error && GONE.includes(updated.error)) {
    return (await call('chat.postMessage', post, options, io)).outcome;
  }
  if (updated.outcome.outcome !== 'sent') return updated.outcome;
  const reply = {
    channel,
    thread_ts: ts,
    ...QUIET,
    reply_broadcast: message.status === 'firing' && !QUIETLY.includes(message.reason),
    ...renderSlackReply(message),
  };
  const { outcome } = await call('chat.postMessage', reply, options, io);
  return outcome.outcome === 'sent' ? { outcome: 'sent', receipt: { ts, channel } } : outcome;
}

/** What calls nobody. */
const QUIETLY = ['resolved', 'acknowledged'];

/** Links are not shown as pages of their own: some of them do something. */
const QUIET = { unfurl_links: false, unfurl_media: false };

/** The message that was to be updated is not there any more, or may not be touched: then it is posted anew. */
const GONE = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found'];

async function call(
  method: 'chat.postMessage' | 'chat.update',
  body: object,
  options: Options,
  io: ChannelIo,
): Promise<{ outcome: Outcome; error?: string }> {
  const url = `${baseOf(options.apiUrl)}/${method}`;
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${options.token}` };
  const { outcome, response } = await tryJson(io, url, body, { headers });
  if (outcome.outcome !== 'sent') return { outcome };
  // The Web API says 200 to what it refuses as well.
  const { ok, error, needed, ts, channel } = jsonOf(response);
  if (ok === true) return { outcome: { outcome: 'sent', receipt: { ts: String(ts), channel: String(channel) } } };
  if (typeof error !== 'string') {
    return { outcome: refused(`expected the answer of Slack's Web API, got "${plain(response?.body ?? '', 120)}"`) };
  }
  const [judged, reason] = judgeError(error);
  const detail = plain(`Slack said ${error}${needed ? `, needed ${needed}` : ''}`, 240);
  return { outcome: { outcome: judged, reason, detail }, error };
}

const AUTH = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'missing_scope',
  'not_allowed_token_type',
  'access_denied',
  'org_login_required',
  'two_factor_setup_required',
  'ekm_access_denied',
];
const PASSES = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org'];

function judgeError(error: string): ['retry' | 'permanent', FailureReason] {
  if (error === 'ratelimited' || error === 'rate_limited') return ['retry', 'rate_limited'];
  if (PASSES.includes(error)) return ['retry', 'server'];
  return ['permanent', AUTH.includes(error) ? 'auth' : 'rejected'];
}

const refused = (detail: string): Outcome => ({ outcome: 'permanent', reason: 'rejected', detail });
