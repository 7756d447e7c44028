import { type Environment, environmentVariable, systemEnvironment } from './environment.ts';
import { LeewayClientError } from './errors.ts';
import type { Alert, IngestResult, Measurement, ModelSummary, Run, VersionInfo } from './generated/resources.ts';
import {
  type Inference,
  type InferResponse,
  type InvocationResponse,
  readInferResponse,
  readInvocation,
  toTensors,
} from './inference.ts';
import { atLeast, readUrl } from './options.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import { decideRetry, type RetryPolicy } from './retry.ts';
import { addResults, encode, portionsOf, type Request, type RowKind, sendLines } from './rows.ts';
import { type Answer, type Call, Transport } from './transport.ts';

export interface LeewayOptions {
  /** Address of the server. Default: the variable LEEWAY_URL, else http://127.0.0.1:7373. */
  url?: string | undefined;
  /** A token of role `service` to send and infer, `viewer` to read. Default: the variable LEEWAY_TOKEN. */
  token?: string | undefined;
  /** Milliseconds that one attempt may take. Default 10,000. */
  timeoutMs?: number;
  /** How often a request is made at most before it fails. Default 4; questions to the gateway are asked once. */
  attempts?: number;
  /** Whether large bodies are packed, where the platform can. Default true. */
  gzip?: boolean;
}

export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface InferOptions extends CallOptions {
  /** Asks this version instead of the one that serves. */
  version?: string;
  /** Attempts of this call. Default 1: who asks for a prediction rarely has time for a second. */
  attempts?: number;
}

/** The way in for rows of one kind. */
export interface Lane {
  /**
   * Stores rows and resolves when they are durable. Rows that the server refuses are named in the result; the others are stored.
   * If it throws, some of many rows may be stored already: send all again, an id is stored once.
   * @throws LeewayClientError
   */
  send(model: string, rows: object | Iterable<object>, options?: CallOptions): Promise<IngestResult>;
}

const RETRY: Omit<RetryPolicy, 'attempts'> = { baseMs: 250, mostMs: 10_000, mostRetryAfterMs: 30_000 };

/** A Leeway server, as a prediction service sees it. */
export class Leeway {
  readonly predictions: Lane;
  readonly labels: Lane;
  /** What people say of predictions: `{id, rating, correction, comment, answers}`, of which at least one beside the id. */
  readonly feedback: Lane;
  readonly #transport: Transport;
  readonly #environment: Environment;
  readonly #attempts: number;

  constructor(options: LeewayOptions = {}, environment: Partial<Environment> = {}) {
    this.#environment = { ...systemEnvironment, ...environment };
    this.#attempts = atLeast(1, 'attempts', options.attempts ?? 4);
    const timeoutMs = atLeast(1, 'timeoutMs', options.timeoutMs ?? 10_000);
    const url = readUrl(options.url ?? environmentVariable('LEEWAY_URL') ?? 'http://127.0.0.1:7373');
    const token = options.token ?? environmentVariable('LEEWAY_TOKEN');
    this.#transport = new Transport({ url, token, timeoutMs, gzip: options.gzip ?? true }, this.#environment);
    this.predictions = { send: (model, rows, call) => this.#send(model, 'predictions', rows, call) };
    this.labels = { send: (model, rows, call) => this.#send(model, 'labels', rows, call) };
    this.feedback = { send: (model, rows, call) => this.#send(model, 'feedback', rows, call) };
  }

  /** Collects predictions of a model and sends them in the background; to be made once and kept. */
  recorder(model: string, options: RecorderOptions = {}): Recorder {
    return new Recorder(model, options, (call) => this.#transport.request(call), this.#environment);
  }

  /** Asks the gateway what the model says of rows, through the Open Inference Protocol. @throws LeewayClientError */
  async infer(model: string, rows: readonly object[], options: InferOptions = {}): Promise<Inference> {
    const version = options.version === undefined ? '' : `/versions/${encodeURIComponent(options.version)}`;
    const path = `/v2/models/${encodeURIComponent(model)}${version}/infer`;
    const body = encode({ inputs: toTensors(rows) }, 'the rows');
    const call: Call = { method: 'POST', path, body, signal: options.signal };
    const { data, headers } = await this.#request<InferResponse>(call, options.attempts ?? 1);
    return readInferResponse(data, headers);
  }

  /** The same through MLflow's scoring route. @throws LeewayClientError */
  async invoke(
    model: string,
    rows: readonly object[],
    options: Omit<InferOptions, 'version'> = {},
  ): Promise<Inference> {
    const path = `/models/${encodeURIComponent(model)}/invocations`;
    const body = encode({ dataframe_records: rows, params: { proba: true } }, 'the rows');
    const call: Call = { method: 'POST', path, body, signal: options.signal };
    const { data, headers } = await this.#request<InvocationResponse>(call, options.attempts ?? 1);
    return readInvocation(data, headers);
  }

  /** A link to the form that asks a person about a prediction; anybody who has it may answer. @throws LeewayClientError */
  async feedbackLink(model: string, id: string, { signal }: CallOptions = {}): Promise<string> {
    const path = `/api/v1/models/${encodeURIComponent(model)}/feedback-links`;
    const call: Call = { method: 'POST', path, body: encode({ ids: [id] }, 'the id'), signal };
    const { data } = await this.#request<{ links: { url: string }[] }>(call, this.#attempts);
    const url = data?.links?.[0]?.url;
    if (url === undefined) throw new LeewayClientError('bad_answer', 'expected a link', { status: 200 });
    return url;
  }

  async models(): Promise<ModelSummary[]> {
    return (await this.#get<{ models: ModelSummary[] }>('/models')).models;
  }

  async versions(model: string): Promise<VersionInfo[]> {
    return (await this.#get<{ versions: VersionInfo[] }>(`/models/${encodeURIComponent(model)}/versions`)).versions;
  }

  /** Measurements of a year, latest revisions; `column`, `slice` and `version` take "*" for any. */
  async measurements(
    model: string,
    query: {
      metric?: string;
      monitor?: string;
      column?: string;
      slice?: string;
      version?: string;
      from?: string;
      to?: string;
    } = {},
  ): Promise<Measurement[]> {
    const path = `/models/${encodeURIComponent(model)}/measurements`;
    return (await this.#get<{ measurements: Measurement[] }>(path, query)).measurements;
  }

  async alerts(query: { model?: string; state?: Alert['state'] } = {}): Promise<Alert[]> {
    return (await this.#get<{ alerts: Alert[] }>('/alerts', query)).alerts;
  }

  async runs(query: { model?: string } = {}): Promise<Run[]> {
    return (await this.#get<{ runs: Run[] }>('/runs', query)).runs;
  }

  async #send(
    model: string,
    kind: RowKind,
    rows: object | Iterable<object>,
    { signal }: CallOptions = {},
  ): Promise<IngestResult> {
    const request: Request = (call) => this.#request(call, this.#attempts);
    let sent = 0;
    let result: IngestResult = { accepted: 0, duplicates: 0, rejected: [] };
    for (const lines of portionsOf(Symbol.iterator in rows ? rows : [rows])) {
      result = addResults(result, await sendLines(request, model, kind, lines, signal), sent);
      sent += lines.length;
    }
    return result;
  }

  async #get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const search = new URLSearchParams(query).toString();
    const call: Call = { method: 'GET', path: `/api/v1${path}${search && `?${search}`}` };
    return (await this.#request<T>(call, this.#attempts)).data;
  }

  async #request<T>(call: Call, attempts: number): Promise<Answer<T>> {
    const { random, sleep } = this.#environment;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transport.request<T>(call);
      } catch (error) {
        if (!(error instanceof LeewayClientError)) throw error;
        const wait = decideRetry(error, attempt, { ...RETRY, attempts }, random);
        if (wait === null) throw error;
        await sleep(wait, call.signal, true);
      }
    }
  }
}
