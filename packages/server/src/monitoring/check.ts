import type { CheckName, Measurement, ModelConfig, MonitorConfig } from '@leeway/contract';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Reference } from './reference.ts';

/** What a check looks at: one closed window of one model. */
export interface Scope {
  warehouse: Warehouse;
  model: ModelConfig;
  monitor: MonitorConfig;
  /** Milliseconds, [from, to). */
  from: number;
  to: number;
  /** Labels that came later than this are not known yet. */
  asOf: number;
  /** What the window is compared with; null until there is one. */
  reference: Reference | null;
  /** Version that served at the end of the window; its held-out metrics are the reference of performance. */
  champion: string;
  baseline: Record<string, number | null>;
}

/** A number that a check found; the rest of the measurement is the same for the whole window. */
export type Finding = Pick<Measurement, 'metric' | 'value' | 'n'> &
  Partial<
    Pick<
      Measurement,
      | 'column'
      | 'slice'
      | 'version'
      | 'lower'
      | 'upper'
      | 'coverage'
      | 'reference'
      | 'threshold'
      | 'status'
      | 'reason'
      | 'detail'
    >
  >;

/** One family of metrics. A new one is one file and one line in checks/index.ts. */
export interface Check {
  name: CheckName;
  /** `closed`: as soon as the window is closed. `mature`: when enough labels are in, and again when more come. */
  phase: 'closed' | 'mature';
  measure(scope: Scope): Promise<Finding[]>;
}

/** SQL of a slice column and of the values looked at: those that the reference has most of. */
export function sliceValues(scope: Scope, column: string): string[] {
  return scope.reference?.slices.get(column) ?? [];
}
