import type { SageMakerClient, SageMakerClientConfig } from '@aws-sdk/client-sagemaker';
import { LeewayError } from '@leeway/contract';
import { redact } from '../../../notify/secret.ts';
import { awsHandler } from '../../../platform/aws-handler.ts';
import { OutboundError } from '../../../platform/outbound.ts';
import { type ExecutorContext, ExecutorError, type ExecutorTrouble } from '../executor.ts';
import type { Options } from './index.ts';

const DEADLINE_MS = 20_000;

/** Calls SageMaker. `start`: what is not found then is a mistake of the options. @throws ExecutorError */
export async function connect<T>(
  ctx: ExecutorContext,
  options: Options,
  ticket: { token: string },
  call: (client: SageMakerClient, how: { abortSignal: AbortSignal }) => Promise<T>,
  when: 'start' | 'later' = 'later',
): Promise<T> {
  // Loaded when it is first needed: it is large.
  const { SageMakerClient } = await import('@aws-sdk/client-sagemaker');
  const { region, endpoint, accessKeyId, secretAccessKey, sessionToken } = options;
  const handler = awsHandler(ctx.outbound, { signal: ctx.signal, deadlineMs: DEADLINE_MS });
  const client = new SageMakerClient({
    region,
    // Whether to try again is decided in one place.
    maxAttempts: 1,
    requestHandler: handler as unknown as NonNullable<SageMakerClientConfig['requestHandler']>,
    ...(endpoint && { endpoint }),
    ...(accessKeyId &&
      secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  });
  try {
    return await call(client, { abortSignal: ctx.signal });
  } catch (error) {
    if (error instanceof ExecutorError) throw error;
    if (error instanceof OutboundError) throw new ExecutorError('transient', error.message);
    if (error instanceof LeewayError) throw new ExecutorError('refused', error.message);
    const { name, message, $metadata } = error as AwsError;
    const secrets = [ticket.token, secretAccessKey ?? '', sessionToken ?? ''];
    const trouble = troubleOf(name, $metadata?.httpStatusCode);
    const said = redact(`SageMaker: ${name}: ${message}`.slice(0, 3_000), secrets).slice(0, 300);
    throw new ExecutorError(trouble === 'gone' && when === 'start' ? 'refused' : trouble, said);
  } finally {
    client.destroy();
  }
}

interface AwsError extends Error {
  $metadata?: { httpStatusCode?: number };
}

const AUTH =
  /^(Credentials|TokenProvider)\w*Error$|^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|AccessDenied|SignatureDoesNotMatch|MissingAuthenticationToken|OptInRequired)/;
const BUSY =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|ResourceLimitExceeded|ConflictException|ServiceUnavailable|InternalFailure)/;

/** By the name of the error, since AWS answers most by 400. */
function troubleOf(name: string, status: number | undefined): ExecutorTrouble {
  if (AUTH.test(name)) return 'auth';
  if (BUSY.test(name)) return 'transient';
  if (name === 'ResourceNotFound') return 'gone';
  if (status === undefined || status < 300 || status === 408 || status === 429 || status >= 500) return 'transient';
  return status === 401 || status === 403 ? 'auth' : 'refused';
}
