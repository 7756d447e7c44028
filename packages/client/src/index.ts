export { type CallOptions, type InferOptions, type Lane, Leeway, type LeewayOptions } from './client.ts';
export { LeewayClientError } from './errors.ts';
export type {
  Alert,
  IngestResult,
  Measurement,
  ModelSummary,
  Rejection,
  Run,
  VersionInfo,
} from './generated/resources.ts';
export type { Inference } from './inference.ts';
export type { Recorder, RecorderCounts, RecorderOptions } from './recorder.ts';
