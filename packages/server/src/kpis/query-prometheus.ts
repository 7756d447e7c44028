import type { KpiSource } from '@leeway/contract';
import { durationMs, LeewayError } from '@leeway/contract';
import type { Outbound } from '../platform/outbound.ts';

export type PrometheusSource = Extract<KpiSource, { type: 'prometheus' }>;

export interface Point {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
}

/** Prometheus refuses questions of more than 11,000 points. */
const MOST_POINTS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The points of a PromQL expression at every step of [from, to]. What is no number at its time is left out.
 * @throws LeewayError `kpi_source` if the answer is no single series; OutboundError if there is none.
 */
export async function queryPrometheus(
  outbound: Outbound,
  source: PrometheusSource,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Point[]> {
  const step = durationMs(source.step);
  const until = Math.min(to, from + (MOST_POINTS - 1) * step);
  const body = new URLSearchParams({
    query: source.query,
    start: String(from / 1000),
    end: String(until / 1000),
    step: String(step / 1000),
  });
  const response = await outbound({
    url: `${source.url.replace(/\/+$/, '')}/api/v1/query_range`,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...authorization(source),
    },
    body: body.toString(),
    deadlineMs: 30_000,
    mostBytes: MOST_BYTES,
    ...(signal && { signal }),
  });
  return readMatrix(response.status, response.body);
}

function authorization({ token, user, password }: PrometheusSource): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}

interface Answer {
  status?: string;
  error?: string;
  data?: { resultType?: string; result?: { metric: object; values: [number, string][] }[] };
}

function readMatrix(status: number, body: string): Point[] {
  let answer: Answer;
  try {
    answer = JSON.parse(body) as Answer;
  } catch {
    throw new LeewayError('kpi_source', `HTTP ${status} without JSON; expected the HTTP API of a Prometheus there`);
  }
  if (status !== 200 || answer.status !== 'success')
    throw new LeewayError(
      'kpi_source',
      `HTTP ${status}: ${String(answer.error ?? 'no error was given').slice(0, 300)}`,
    );
  const series = answer.data?.result ?? [];
  if (answer.data?.resultType !== 'matrix' || series.length > 1) {
    const got = series.length > 1 ? `${series.length} series` : String(answer.data?.resultType);
    throw new LeewayError('kpi_source', `expected one series, got ${got}; wrap the query in sum(...) or avg(...)`);
  }
  return (series[0]?.values ?? []).flatMap(([seconds, text]) => {
    const value = Number(text);
    return Number.isFinite(value) ? [{ time: Math.round(seconds * 1000), value }] : [];
  });
}
