import type { SNSClientConfig } from '@aws-sdk/client-sns';
import { LeewayError } from '@leeway/contract';
import type { z } from 'zod';
import { awsHandler } from '../../../platform/aws-handler.ts';
import { OutboundError } from '../../../platform/outbound.ts';
import type { ChannelIo, Outcome } from '../../channel.ts';
import { plain } from '../../format.ts';
import { judgeResponse } from '../../http-outcome.ts';
import type { Message } from '../../message.ts';
import type { snsOptions } from './index.ts';
import { renderSns } from './render.ts';

export async function deliverToSns(
  message: Message,
  { topicArn, accessKeyId, secretAccessKey, sessionToken, endpoint }: z.infer<typeof snsOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  // Loaded when it is first needed: it is large, and most have no such channel.
  const { SNSClient, PublishCommand } = await import('@aws-sdk/client-sns');
  const handler = awsHandler(io.outbound, { signal: io.signal, deadlineMs: io.timeoutMs });
  const client = new SNSClient({
    region: topicArn.split(':')[3] ?? '',
    // Whether to try again is decided in one place.
    maxAttempts: 1,
    requestHandler: handler as unknown as NonNullable<SNSClientConfig['requestHandler']>,
    ...(endpoint && { endpoint }),
    ...(accessKeyId &&
      secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  });
  try {
    await client.send(new PublishCommand(renderSns(message, topicArn, io.deliveryId)), { abortSignal: io.signal });
    return { outcome: 'sent' };
  } catch (error) {
    if (error instanceof OutboundError || error instanceof LeewayError) throw error;
    return judge(error as SnsError, io.clock.now());
  } finally {
    client.destroy();
  }
}

interface SnsError extends Error {
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

/** By the name of the error where AWS says the same status for different things. */
function judge({ name, message, $metadata, $response }: SnsError, now: number): Outcome {
  const status = $metadata?.httpStatusCode;
  const detail = plain(`${status === undefined ? '' : `HTTP ${status}, `}${name}: ${message}`, 240);
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name))
    return { outcome: 'permanent', reason: 'auth', detail };
  if (/^(Throttl\w+|KMSThrottling\w*|TooManyRequests\w*|RequestLimitExceeded)$/.test(name)) {
    return { outcome: 'retry', reason: 'rate_limited', detail };
  }
  if (status === undefined) return { outcome: 'retry', reason: 'network', detail };
  // An answer that was no answer of SNS.
  if (status < 300) return { outcome: 'permanent', reason: 'rejected', detail };
  const outcome = judgeResponse({ status, headers: $response?.headers ?? {}, body: '' }, now);
  return outcome.outcome === 'sent' ? outcome : { ...outcome, detail };
}
