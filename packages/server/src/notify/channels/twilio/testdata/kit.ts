import { expect } from 'vitest';
import { type ChannelKit, type FakeRequest, statusesWith } from '../../../testdata/channel-kit.ts';
import { countSegments } from '../gsm.ts';
import { renderSms } from '../render.ts';

export const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 's3cr3t-twilio-token';

/** Twilio, which takes messages of so many parts at most. */
export const twilio =
  (segments = 1) =>
  (request: FakeRequest) => {
    expect(request).toMatchObject({ method: 'POST', path: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json` });
    expect(request.headers).toMatchObject({
      authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    const form = new URLSearchParams(request.text);
    expect([...form.keys()].sort()).toEqual(['Body', 'From', 'To']);
    expect(form.get('To')).toMatch(/^\+[1-9]\d{6,14}$/);
    expect(form.get('Body')?.trim()).not.toBe('');
    expect(form.get('Body')?.length).toBeLessThanOrEqual(1600);
    expect(countSegments(form.get('Body') ?? '')).toBeLessThanOrEqual(segments);
    return { status: 201, body: '{"status":"queued","error_code":null}' };
  };

export const twilioAt = (origin: string, over: object = {}) => ({
  accountSid: ACCOUNT,
  token: TOKEN,
  from: '+15005550006',
  to: ['+4915112345678'],
  url: origin,
  ...over,
});

const refusal = (status: number, code: number) => ({
  status,
  body: JSON.stringify({ code, message: 'refused', more_info: `https://www.twilio.com/docs/errors/${code}`, status }),
});

export const kits: ChannelKit[] = [
  {
    name: 'twilio',
    options: (origin) => twilioAt(origin),
    secrets: [TOKEN, Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')],
    http: () => twilio(),
    text: (request) => new URLSearchParams(request.text).get('Body') ?? '',
    brief: true,
    statuses: statusesWith(
      [408, 'permanent', 'rejected'],
      [refusal(401, 20003), 'permanent', 'auth'],
      [refusal(429, 20429), 'retry', 'rate_limited'],
      [refusal(400, 21211), 'permanent', 'rejected'],
      [refusal(400, 21602), 'permanent', 'rejected'],
      [refusal(400, 21606), 'permanent', 'rejected'],
      [refusal(400, 21608), 'permanent', 'rejected'],
      [refusal(400, 21610), 'permanent', 'rejected'],
      [refusal(400, 21614), 'permanent', 'rejected'],
      [refusal(400, 21617), 'permanent', 'rejected'],
      [refusal(429, 63038), 'permanent', 'rejected'],
    ),
    golden: { txt: (message) => `${renderSms(message, 1)}\n` },
  },
];
