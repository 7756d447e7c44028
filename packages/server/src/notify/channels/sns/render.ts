import { cut } from '../../format.ts';
import type { Message } from '../../message.ts';
import { groupId, plainBody } from '../../plain-body.ts';

const SUBJECT = 100;
/** SNS takes 256 KB with the attributes; a mail or an SMS behind it wants far less. */
const BODY_BYTES = 32_768;

/** The input of Publish. */
export function renderSns(message: Message, topicArn: string, deliveryId: string) {
  const fifo = topicArn.endsWith('.fifo');
  return {
    TopicArn: topicArn,
    Subject: asciiSubject(message.subject),
    Message: `${message.subject}\n\n${plainBody(message, { budget: BODY_BYTES, actions: true, sizeOf: (text) => Buffer.byteLength(text) })}`,
    MessageAttributes: attributes({
      status: message.status,
      severity: message.severity,
      reason: message.reason,
      model: message.alerts[0]?.model ?? message.group.labels['model'] ?? '',
      rule: message.alerts[0]?.rule ?? '',
    }),
    // The messages of a group keep their order, and a second try is no second message.
    ...(fifo && { MessageGroupId: groupId(message), MessageDeduplicationId: deliveryId }),
  };
}

/** Letters, digits and signs of ASCII, without line breaks, beginning with no space: anything else is refused. */
function asciiSubject(subject: string): string {
  const ascii = subject
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('…', '...')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim();
  return ascii.length <= SUBJECT ? ascii || 'Leeway' : `${ascii.slice(0, SUBJECT - 3)}...`;
}

function attributes(values: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String', StringValue: cut(value, 256) }]),
  );
}
