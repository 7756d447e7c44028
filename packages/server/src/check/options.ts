import type { Correction } from '@leeway/stats';
import type { ColumnsFile } from './columns-file.ts';
import type { PerformanceOptions } from './performance.ts';

export interface CheckOptions extends PerformanceOptions {
  reference: string;
  current: string;
  columns?: ColumnsFile;
  tests?: string[];
  by?: string | undefined;
  exact?: boolean;
  share?: number;
  correction?: Correction;
}

/** Told of the steps of a check, for a progress bar. */
export interface Watcher {
  step(label: string, total?: number): { tick(steps?: number): void; done(): void };
}
