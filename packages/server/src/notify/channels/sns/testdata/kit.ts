import { expect } from 'vitest';
import { type ChannelKit, type FakeRequest, json, statusesWith } from '../../../testdata/channel-kit.ts';
import { renderSns } from '../render.ts';

const SECRET = 's3cr3tAccessKeyOfTheFake/0123456789+abcd';
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alerts';

const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <PublishResult><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult>
  <ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata>
</PublishResponse>`;

/** SNS as it speaks the Query protocol: what it checks of Publish, but the signature itself. */
export const sns =
  (topic = TOPIC) =>
  (request: FakeRequest) => {
    expect(request).toMatchObject({ method: 'POST', path: '/' });
    expect(request.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAFAKE000000000000\/\d{8}\/eu-central-1\/sns\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
    );
    const form = new URLSearchParams(request.text);
    expect(form.get('Action')).toBe('Publish');
    expect(form.get('TopicArn')).toBe(topic);
    expect(form.get('Subject')).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,99}$/);
    expect(Buffer.byteLength(form.get('Message') ?? '')).toBeGreaterThan(0);
    expect(request.body.length).toBeLessThanOrEqual(262_144);
    for (let i = 1; form.has(`MessageAttributes.entry.${i}.Name`); i++) {
      expect(form.get(`MessageAttributes.entry.${i}.Value.DataType`)).toBe('String');
      expect(form.get(`MessageAttributes.entry.${i}.Value.StringValue`)).not.toBe('');
    }
    const fifo = topic.endsWith('.fifo');
    for (const name of ['MessageGroupId', 'MessageDeduplicationId']) {
      if (fifo) expect(form.get(name)).toMatch(/^[!-~]{1,128}$/);
      else expect(form.has(name)).toBe(false);
    }
    return { status: 200, body: published, headers: { 'content-type': 'text/xml' } };
  };

export const snsAt = (origin: string, over: object = {}) => ({
  topicArn: TOPIC,
  accessKeyId: 'AKIAFAKE000000000000',
  secretAccessKey: SECRET,
  endpoint: origin,
  ...over,
});

const refusal = (status: number, code: string) => ({
  status,
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  headers: { 'content-type': 'text/xml' },
});

export const kits: ChannelKit[] = [
  {
    name: 'sns',
    options: (origin) => snsAt(origin),
    secrets: [SECRET],
    http: () => sns(),
    text: ({ text }) => [...new URLSearchParams(text)].map(([name, value]) => `${name}: ${value}`).join('\n'),
    statuses: statusesWith(
      [refusal(400, 'InvalidParameter'), 'permanent', 'rejected'],
      [refusal(404, 'NotFound'), 'permanent', 'rejected'],
      [refusal(403, 'AuthorizationError'), 'permanent', 'auth'],
      [refusal(403, 'SignatureDoesNotMatch'), 'permanent', 'auth'],
      [refusal(403, 'InvalidClientTokenId'), 'permanent', 'auth'],
      [refusal(429, 'Throttled'), 'retry', 'rate_limited'],
      [refusal(400, 'Throttling'), 'retry', 'rate_limited'],
      [refusal(400, 'KMSThrottling'), 'retry', 'rate_limited'],
      [refusal(500, 'InternalError'), 'retry', 'server'],
      [refusal(503, 'ServiceUnavailable'), 'retry', 'server'],
    ),
    golden: { 'json.txt': (message) => json(renderSns(message, `${TOPIC}.fifo`, 'dlv_1')) },
  },
];
