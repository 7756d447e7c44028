import { expect, test } from 'vitest';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { renderSns } from './render.ts';
import { sns, snsAt, TOPIC } from './testdata/kit.ts';

test('a FIFO topic gets the group and the delivery, so that a second try is no second message', async () => {
  const topicArn = `${TOPIC}.fifo`;
  const { origin, received } = await startHttp(sns(topicArn));
  const outcome = await trySend('sns', snsAt(origin, { topicArn }), messages.firing, { deliveryId: 'dlv_7' });
  expect(outcome).toEqual({ outcome: 'sent' });
  expect(new URLSearchParams(received[0]!.text).get('MessageDeduplicationId')).toBe('dlv_7');
});

test.each([
  ['[FIRING] Käse: 12 % …', '[FIRING] Kase: 12 % ...'],
  ['отзыв', '?????'],
  ['', 'Leeway'],
  ['a'.repeat(101), `${'a'.repeat(97)}...`],
])('the subject %s becomes %s', (subject, ascii) => {
  expect(renderSns({ ...messages.firing, subject }, TOPIC, 'x').Subject).toBe(ascii);
});

test.each([{ secretAccessKey: undefined }, { topicArn: 'arn:aws:sqs:eu-central-1:123456789012:alerts' }])(
  'wrong options: %o',
  async (over) => {
    expect(await trySend('sns', snsAt('http://127.0.0.1:1', over))).toMatchObject({ outcome: 'permanent' });
  },
);
