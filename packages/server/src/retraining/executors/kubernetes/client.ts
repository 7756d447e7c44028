import type { BatchV1Api, CoreV1Api, RequestContext, ResponseContext, V1Job } from '@kubernetes/client-node';
import { redact } from '../../../notify/secret.ts';
import { type ExecutorContext, ExecutorError, type ExecutorTrouble } from '../executor.ts';

const DEADLINE_MS = 15_000;

interface Connection {
  batch: BatchV1Api;
  core: CoreV1Api;
  /** The answer of a call, or undefined for a status of `accept`. @throws ExecutorError */
  ask<T>(call: () => Promise<T>, accept?: readonly number[]): Promise<T | undefined>;
}

/**
 * The API of the cluster. Its address is not checked as others are: it comes from the kubeconfig or from the pod itself, and
 * mostly is a private one.
 */
export async function connect(
  { signal }: ExecutorContext,
  { kubeconfig, context }: { kubeconfig?: string | undefined; context?: string | undefined },
  ticket: { token: string },
): Promise<Connection> {
  // Loaded when it is first needed: it is large.
  const { BatchV1Api, CoreV1Api, createConfiguration, KubeConfig, ServerConfiguration } = await import(
    '@kubernetes/client-node'
  );
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    if (context !== undefined) config.setCurrentContext(context);
  } catch (error) {
    throw new ExecutorError('refused', `the kubeconfig cannot be read: ${(error as Error).message}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new ExecutorError('refused', `the kubeconfig has no cluster for the context "${context ?? ''}"`);
  const secrets = [ticket.token, config.getCurrentUser()?.token ?? ''];
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: config },
    // As it comes it would wait for ever.
    promiseMiddleware: [
      {
        pre: async (request: RequestContext) => {
          request.setSignal(AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]));
          return request;
        },
        post: async (response: ResponseContext) => response,
      },
    ],
  });
  return {
    batch: new BatchV1Api(configuration),
    core: new CoreV1Api(configuration),
    async ask(call, accept = []) {
      try {
        return await call();
      } catch (error) {
        const status = statusOf(error);
        if (status !== undefined && accept.includes(status)) return undefined;
        if (error instanceof ExecutorError) throw error;
        const message = `Kubernetes: ${redact(messageOf(error), secrets)}`.slice(0, 300);
        // A quota that is used up is no matter of credentials.
        const full = status === 403 && message.includes('exceeded quota');
        throw new ExecutorError(full ? 'transient' : troubleOf(status), message);
      }
    },
  };
}

/** What the client has made of an answer may have nothing in it, where it came from something else, such as a proxy. */
export function jobIn(job: V1Job): V1Job & { metadata: { name: string; uid: string } } {
  const { name, uid } = job?.metadata ?? {};
  if (name && uid) return { ...job, metadata: { ...job.metadata, name, uid } };
  throw new ExecutorError('transient', 'Kubernetes: the answer is no Job');
}

function troubleOf(status: number | undefined): ExecutorTrouble {
  if (status === undefined || status === 408 || status === 429 || status >= 500) return 'transient';
  if (status === 401 || status === 403) return 'auth';
  return status === 404 || status === 410 ? 'gone' : 'refused';
}

const statusOf = (error: unknown): number | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** What Kubernetes says of it; its client puts headers and all into the message of the error. */
function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  const status = statusOf(error);
  if (status === undefined) return String(message).slice(0, 200);
  try {
    const said = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: string } | undefined;
    if (said?.message) return `HTTP ${status}: ${said.message}`.slice(0, 300);
  } catch {
    // Not JSON.
  }
  return `HTTP ${status}`;
}
