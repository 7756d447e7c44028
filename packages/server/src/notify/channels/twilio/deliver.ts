import type { z } from 'zod';
import type { ChannelIo, FailureReason, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, basicAuth, type Call, jsonOf, tryCall } from '../../try-call.ts';
import type { twilioOptions } from './index.ts';
import { renderSms } from './render.ts';

type Options = z.infer<typeof twilioOptions>;
type Failure = Exclude<Outcome, { outcome: 'sent' }>;

export async function deliverByTwilio(message: Message, options: Options, io: ChannelIo): Promise<Outcome> {
  const body = renderSms(message, options.segments);
  const failures: { to: string; failure: Failure }[] = [];
  let sent = 0;
  for (const to of options.to) {
    const outcome = await sendOne(to, body, options, io);
    if (outcome.outcome === 'sent') sent += 1;
    else failures.push({ to, failure: outcome });
    // While nobody has it, the whole can be tried again.
    if (outcome.outcome === 'retry' && sent === 0) return outcome;
  }
  const [first] = failures;
  if (!first) return { outcome: 'sent' };
  if (sent === 0) return first.failure;
  // Those who have it would get it twice; there is no key by which Twilio could tell.
  return {
    outcome: 'sent',
    note: failures.map(({ to, failure }) => `not to ${hide(to)}: ${failure.detail}`).join('; '),
  };
}

async function sendOne(to: string, body: string, options: Options, io: ChannelIo): Promise<Outcome> {
  const { accountSid, apiKeySid, token, from, messagingServiceSid, url } = options;
  const form = new URLSearchParams({
    To: to,
    Body: body,
    ...(messagingServiceSid === undefined ? { From: from ?? '' } : { MessagingServiceSid: messagingServiceSid }),
  });
  return judge(
    await tryCall(io, {
      url: `${baseOf(url)}/2010-04-01/Accounts/${accountSid}/Messages.json`,
      headers: {
        authorization: basicAuth(apiKeySid ?? accountSid, token),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    }),
  );
}

/** Twilio's own codes, where they say more than the status. */
const CODES: Readonly<Record<number, readonly [reason: FailureReason, said: string]>> = {
  20003: ['auth', 'the account or the token is wrong'],
  20404: ['rejected', 'there is no such account'],
  21211: ['rejected', 'the number of the receiver is wrong'],
  21408: ['rejected', 'the account may not send to that country'],
  21602: ['rejected', 'the message is empty'],
  21606: ['rejected', 'the sender is no number of the account that can send messages'],
  21608: ['rejected', 'a trial account sends to verified numbers only'],
  21610: ['rejected', 'the receiver has opted out'],
  21612: ['rejected', 'the sender cannot reach the receiver'],
  21614: ['rejected', 'the number of the receiver is no mobile number'],
  21617: ['rejected', 'the message is too long'],
  63038: ['rejected', 'the account has reached its limit of messages for the day'],
};

/** Only too many requests and a failure of the service may pass. Of the answer only the code is told: it may hold numbers. */
function judge({ outcome, response }: Call): Outcome {
  if (outcome.outcome === 'sent' || response === null) return outcome;
  const { code } = jsonOf(response);
  if (typeof code !== 'number') return withoutRetry({ ...outcome, detail: `HTTP ${response.status}` }, response.status);
  const known = CODES[code];
  if (known) return { outcome: 'permanent', reason: known[0], detail: `HTTP ${response.status}, ${code}: ${known[1]}` };
  const detail = `HTTP ${response.status}, code ${code} of Twilio`;
  if (code === 20429) return { ...outcome, outcome: 'retry', reason: 'rate_limited', detail };
  return withoutRetry({ ...outcome, detail }, response.status);
}

function withoutRetry(failure: Failure, status: number): Failure {
  const passes = failure.outcome === 'permanent' || status === 429 || status >= 500;
  return passes ? failure : { outcome: 'permanent', reason: 'rejected', detail: failure.detail };
}

const hide = (number: string): string => `${number.slice(0, 4)}…${number.slice(-2)}`;
