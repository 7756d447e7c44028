import { LeewayError, type ModelConfig } from '@leeway/contract';
import { type InferInput, type RawColumn, readColumns } from './columns.ts';
import type { Answer } from './gateway.ts';

/**
 * The JSON messages of the Open Inference Protocol v2 (KServe's V2), as Triton, MLServer and KServe speak it.
 * A request has one input a feature, [N] or [N, 1], or a single input [N, F] of all features in declared order. Beyond the
 * protocol, null in `data` is a missing value, and inputs named like the model's id and time columns are taken as such.
 */

const DATATYPES = [
  ...['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'],
  ...['FP16', 'FP32', 'FP64', 'BYTES'],
];

export interface InferRequest extends InferInput {
  /** Id of the request, to be sent back. */
  id: string | null;
  /** Outputs asked for; null for all. */
  outputs: string[] | null;
}

interface InferTensor {
  name: string;
  shape: number[];
  /** Flat, row by row. */
  data: unknown[];
}

export function parseInferRequest(model: ModelConfig, body: unknown): InferRequest {
  const request = object(body, 'the body');
  if (!Array.isArray(request['inputs']) || request['inputs'].length === 0) {
    throw invalid('expected "inputs", a list of {name, shape, datatype, data}');
  }
  const tensors = request['inputs'].map(parseTensor);
  const rows = tensors[0]!.shape[0]!;
  const uneven = tensors.find(({ shape }) => shape[0] !== rows);
  if (uneven) {
    throw invalid(`input ${uneven.name} has ${uneven.shape[0]} rows and input ${tensors[0]!.name} has ${rows}`);
  }
  return {
    ...readColumns(model, rows, columnsOf(tensors, model)),
    id: requestId(request['id']),
    outputs: outputNames(request['outputs']),
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
    ...(request.id === null ? {} : { id: request.id }),
    outputs: request.outputs
      ? outputs.filter((output) => request.outputs!.includes((output as InferTensor).name))
      : outputs,
  };
}

const TENSOR_OF = { numeric: 'FP64', boolean: 'BOOL', categorical: 'BYTES' } as const;

/** What `GET /v2/models/{model}` tells: the inputs and outputs by name. */
export function modelMetadata(model: ModelConfig, champion: string | null): object {
  const outputs = [{ name: 'prediction', datatype: model.task === 'regression' ? 'FP64' : 'BYTES', shape: [-1] }];
  if (model.task === 'binary') outputs.push({ name: 'score', datatype: 'FP64', shape: [-1] });
  return {
    name: model.name,
    versions: champion === null ? [] : [champion],
    platform: 'onnxruntime_onnx',
    inputs: Object.entries(model.columns.features).map(([name, { type }]) => {
      return { name, datatype: TENSOR_OF[type], shape: [-1, 1] };
    }),
    outputs,
  };
}

function parseTensor(given: unknown, position: number): InferTensor {
  const tensor = object(given, `input ${position}`);
  const { name, shape, datatype, data } = tensor;
  if (typeof name !== 'string') throw invalid(`input ${position} has no name`);
  if (
    !Array.isArray(shape) ||
    shape.length === 0 ||
    shape.length > 2 ||
    !shape.every((n) => Number.isInteger(n) && n >= 0)
  ) {
    throw invalid(`input ${name}: expected a shape [N] or [N, columns], got ${JSON.stringify(shape)}`);
  }
  if (typeof datatype !== 'string' || !DATATYPES.includes(datatype)) {
    throw invalid(`input ${name}: expected a datatype of ${DATATYPES.join(', ')}, got ${JSON.stringify(datatype)}`);
  }
  if (!Array.isArray(data)) throw invalid(`input ${name}: expected "data", a list; binary data is not read here`);
  const flat = Array.isArray(data[0]) ? data.flat() : data;
  const size = shape.reduce((product: number, n: number) => product * n, 1);
  if (flat.length !== size) {
    throw invalid(`input ${name}: its shape [${shape.join(', ')}] makes ${size} values, and data has ${flat.length}`);
  }
  return { name, shape, data: flat };
}

function columnsOf(tensors: InferTensor[], model: ModelConfig): RawColumn {
  const features = Object.keys(model.columns.features);
  const only = tensors[0]!;
  if (tensors.length === 1 && !features.includes(only.name) && only.shape[1] === features.length) {
    return (name) => {
      const position = features.indexOf(name);
      return position < 0 ? undefined : only.data.filter((_, i) => i % features.length === position);
    };
  }
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const wide = tensors.find(({ shape }) => shape.length === 2 && shape[1] !== 1);
  if (wide)
    throw invalid(`input ${wide.name} has shape [${wide.shape.join(', ')}]; expected [N] or [N, 1] for one feature`);
  return (name) => byName.get(name)?.data;
}

function requestId(id: unknown): string | null {
  if (id === undefined || id === null || id === '') return null;
  if (typeof id === 'string' && id.length <= 256) return id;
  throw invalid('"id" must be a string of up to 256 characters');
}

function outputNames(outputs: unknown): string[] | null {
  if (outputs === undefined || outputs === null) return null;
  if (!Array.isArray(outputs)) throw invalid('"outputs" must be a list of {name}');
  return outputs.map((output, i) => String(object(output, `output ${i}`)['name']));
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(`expected ${what} to be an object`);
}

const invalid = (detail: string) => new LeewayError('invalid_request', detail);
