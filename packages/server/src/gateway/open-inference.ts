import { LeewayError, type ModelConfig } from '@leeway/contract';
import { type InferInput, type RawColumn, readColumns } from './columns.ts';
import type { Answer } from './gateway.ts';

/**
 * The JSON messages of the Open Inference Protocol v2 (KServe's V2), as Triton, MLServer and KServe speak it.
 * A request has one input a feature, [N] or [N, 1], or a single input [N, F] of all features in declared order. Beyond the
 * protocol, null in `data` is a missing value, and inputs named like the model's id and time columns are taken as such.
 */

const DATATYPES = new Set([
  ...['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'],
  ...['FP16', 'FP32', 'FP64', 'BYTES'],
]);

export interface InferRequest extends InferInput {
  /** Id of the request, to be sent back. */
  id: string | null;
  /** Outputs asked for; null for all. */
  outputs: string[] | null;
}

interface InferTensor {
  name: string;
  shape: [rows: number, columns?: number];
  /** Flat, row by row. */
  data: unknown[];
}

export function parseInferRequest(model: ModelConfig, body: unknown): InferRequest {
  if (!isObject(body)) throw invalid('expected the body to be an object');
  if (!Array.isArray(body['inputs']) || body['inputs'].length === 0) {
    throw invalid('expected "inputs", a list of {name, shape, datatype, data}');
  }
  const tensors = body['inputs'].map(parseTensor);
  const rows = tensors[0]!.shape[0];
  const uneven = tensors.find(({ shape }) => shape[0] !== rows);
  if (uneven) {
    throw invalid(`input ${uneven.name} has ${uneven.shape[0]} rows and input ${tensors[0]!.name} has ${rows}`);
  }
  return {
    ...readColumns(model, rows, columnsOf(tensors, model)),
    id: requestId(body['id']),
    outputs: outputNames(body['outputs']),
  };
}

/** The answer to a request: `prediction`, and for a binary task `score`, the probability of the positive class. */
export function formatInferResponse(model: ModelConfig, request: InferRequest, answer: Answer): object {
  const { prediction, score, version } = answer;
  const shape = [request.batch.rows];
  const outputs: object[] = [
    Array.isArray(prediction)
      ? { name: 'prediction', shape, datatype: 'BYTES', data: prediction }
      : { name: 'prediction', shape, datatype: 'FP64', data: Array.from(prediction) },
  ];
  if (score) outputs.push({ name: 'score', shape, datatype: 'FP64', data: Array.from(score) });
  return {
    model_name: model.name,
    model_version: version,
    id: request.id ?? undefined,
    outputs: request.outputs
      ? outputs.filter((output) => request.outputs!.includes((output as InferTensor).name))
      : outputs,
  };
}

const TENSOR_OF = { numeric: 'FP64', boolean: 'BOOL', categorical: 'BYTES', text: 'BYTES', vector: 'FP32' } as const;

/** What `GET /v2/models/{model}` tells: the inputs and outputs by name. */
export function modelMetadata(model: ModelConfig, champion: string | null): object {
  const outputs = [{ name: 'prediction', datatype: model.task === 'regression' ? 'FP64' : 'BYTES', shape: [-1] }];
  if (model.task === 'binary') outputs.push({ name: 'score', datatype: 'FP64', shape: [-1] });
  return {
    name: model.name,
    versions: champion === null ? [] : [champion],
    platform: 'onnxruntime_onnx',
    inputs: Object.entries(model.columns.features).map(([name, { type, dimension }]) => {
      return { name, datatype: TENSOR_OF[type], shape: [-1, dimension ?? 1] };
    }),
    outputs,
  };
}

function parseTensor(given: unknown, position: number): InferTensor {
  if (!isObject(given)) throw invalid(`expected input ${position} to be an object`);
  const { name, shape, datatype, data } = given;
  if (typeof name !== 'string') throw invalid(`input ${position} has no name`);
  if (!isShape(shape)) {
    throw invalid(`input ${name}: expected a shape [N] or [N, columns], got ${JSON.stringify(shape)}`);
  }
  if (typeof datatype !== 'string' || !DATATYPES.has(datatype)) {
    throw invalid(
      `input ${name}: expected a datatype of ${[...DATATYPES].join(', ')}, got ${JSON.stringify(datatype)}`,
    );
  }
  if (!Array.isArray(data)) throw invalid(`input ${name}: expected "data", a list; binary data is not read here`);
  const flat = Array.isArray(data[0]) ? data.flat() : data;
  const size = shape[0] * (shape[1] ?? 1);
  if (flat.length !== size) {
    throw invalid(`input ${name}: its shape [${shape.join(', ')}] makes ${size} values, and data has ${flat.length}`);
  }
  return { name, shape, data: flat };
}

function isShape(value: unknown): value is [rows: number, columns?: number] {
  if (!Array.isArray(value)) return false;
  const isSize = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
  return (value.length === 1 || (value.length === 2 && isSize(value[1]))) && isSize(value[0]);
}

function columnsOf(tensors: InferTensor[], model: ModelConfig): RawColumn {
  if (tensors.length === 1) {
    const only = tensors[0]!;
    const features = Object.keys(model.columns.features);
    if (!features.includes(only.name) && only.shape[1] === features.length) return matrixColumns(only, features);
  }
  const byName = new Map<string, unknown[]>();
  const isVector = ({ name }: InferTensor) => model.columns.features[name]?.type === 'vector';
  for (const tensor of tensors) byName.set(tensor.name, isVector(tensor) ? rowsOf(tensor) : tensor.data);
  const wide = tensors.find((tensor) => tensor.shape.length === 2 && tensor.shape[1] !== 1 && !isVector(tensor));
  if (wide)
    throw invalid(`input ${wide.name} has shape [${wide.shape.join(', ')}]; expected [N] or [N, 1] for one feature`);
  return (name) => byName.get(name);
}

/** The rows of a tensor [N, dimension]; one of nulls is a vector that is missing. */
function rowsOf({ shape: [rows, width = 1], data }: InferTensor): (unknown[] | null)[] {
  return Array.from({ length: rows }, (_, row) => {
    const vector = data.slice(row * width, (row + 1) * width);
    return vector.every((value) => value === null) ? null : vector;
  });
}

/** The columns of a matrix [N, F] of all features in declared order. */
function matrixColumns({ data }: InferTensor, features: string[]): RawColumn {
  return (name) => {
    const position = features.indexOf(name);
    return position < 0 ? undefined : data.filter((_, i) => i % features.length === position);
  };
}

function requestId(id: unknown): string | null {
  if (id === undefined || id === null || id === '') return null;
  if (typeof id === 'string' && id.length <= 256) return id;
  throw invalid('"id" must be a string of up to 256 characters');
}

function outputNames(outputs: unknown): string[] | null {
  if (outputs === undefined || outputs === null) return null;
  if (!Array.isArray(outputs)) throw invalid('"outputs" must be a list of {name}');
  return outputs.map((output, i) => {
    if (!isObject(output)) throw invalid(`expected output ${i} to be an object`);
    return String(output['name']);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const invalid = (detail: string) => new LeewayError('invalid_request', detail);
