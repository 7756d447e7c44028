import { LeewayClientError } from './errors.ts';

/** Rows as the tensors of the Open Inference Protocol: one input a column, a missing value as null. */
export function toTensors(rows: readonly object[]): object[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => {
    const data = rows.map((row) => (row as Record<string, unknown>)[name] ?? null);
    const width = data.find(Array.isArray)?.length;
    if (width === undefined) return { name, shape: [rows.length], datatype: datatypeOf(data), data };
    // A vector that is missing is one of nulls: a tensor has the same width in every row.
    const vectors = data.map((vector) => vector ?? Array<null>(width).fill(null));
    return { name, shape: [rows.length, width], datatype: 'FP32', data: vectors };
  });
}

function datatypeOf(data: unknown[]): string {
  switch (typeof data.find((value) => value !== null)) {
    case 'string':
      return 'BYTES';
    case 'boolean':
      return 'BOOL';
    default:
      return 'FP64';
  }
}

export interface InferResponse {
  model_version: string;
  outputs: { name: string; data: unknown[] }[];
}

/** What the model said of each row. */
export interface Inference {
  predictions: (string | number)[];
  /** Probabilities of the positive class; null for tasks that have none. */
  scores: number[] | null;
  /** The version that answered. */
  version: string;
  /** With it the server's log has the request; the id of a row that came without one begins with it. */
  requestId: string;
}

export function readInferResponse(answer: InferResponse, headers: Headers): Inference {
  const output = (name: string) => answer?.outputs?.find((candidate) => candidate.name === name)?.data;
  const predictions = output('prediction');
  if (!predictions) throw new LeewayClientError('bad_answer', 'expected an output "prediction"', { status: 200 });
  return {
    predictions: predictions as (string | number)[],
    scores: (output('score') as number[] | undefined) ?? null,
    version: answer.model_version,
    requestId: headers.get('x-request-id') ?? '',
  };
}

export interface InvocationResponse {
  predictions: { prediction: string | number; score: number | null }[];
}

export function readInvocation(answer: InvocationResponse, headers: Headers): Inference {
  if (!Array.isArray(answer?.predictions))
    throw new LeewayClientError('bad_answer', 'expected "predictions", a list', { status: 200 });
  const scores = answer.predictions.map(({ score }) => score);
  return {
    predictions: answer.predictions.map(({ prediction }) => prediction),
    scores: scores.some((score) => score === null) ? null : (scores as number[]),
    version: headers.get('x-model-version') ?? '',
    requestId: headers.get('x-request-id') ?? '',
  };
}
