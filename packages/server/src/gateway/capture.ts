import type { ModelConfig } from '@leeway/contract';
import type { WarehouseRow } from '../ingest/validate.ts';
import { type Role, scoreKey } from '../warehouse/model-tables.ts';
import { type InferInput, idsOf, recordedOf } from './columns.ts';
import type { Prediction } from './runtime.ts';

/** What is recorded of one request to one version, by columns. */
export interface CapturedBatch {
  model: string;
  version: string;
  role: Exclude<Role, 'history'>;
  requestId: string;
  /** When the request came, in milliseconds since 1970; the time of the rows that have none of their own. */
  at: number;
  /** Milliseconds that the version took for the whole batch. */
  latencyMs: number;
  input: InferInput;
  /** What the version said; null where it failed. */
  output: Prediction | null;
  /** Code of the error; empty where it went well. */
  error: string;
}

/** The rows of a capture as the warehouse holds them. `received` is the time of arrival in milliseconds. */
export function warehouseRows(model: ModelConfig, captured: CapturedBatch, received: number): WarehouseRow[] {
  const { input, output } = captured;
  const columns = recordedOf(model).flatMap(({ name, key, type }) => {
    const values = input.batch.columns.get(name);
    return values ? [{ key, values, boolean: type === 'boolean' }] : [];
  });
  const ids = input.ids ?? idsOf(captured.requestId, input.batch.rows);
  return ids.map((id, row) => {
    const result: WarehouseRow = {
      id,
      time: input.times?.[row] ?? captured.at,
      received,
      version: captured.version,
      role: captured.role,
      request: captured.requestId,
      latency_ms: captured.latencyMs,
      error: captured.error,
      weight: 1,
      prediction: present(output?.prediction[row]),
      score: present(output?.score?.[row]),
    };
    for (const [name, values] of output?.scores ?? []) result[scoreKey(name)] = present(values[row]);
    for (const { key, values, boolean } of columns) {
      const value = present(values[row]);
      if (value !== null) result[key] = boolean ? value === 1 : value;
    }
    return result;
  });
}

/** JSON has no NaN: what is missing or not finite is null. */
function present<T>(value: T | null | undefined): T | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return value ?? null;
}
