import type { TablesSpec } from './create-tables.ts';

export const detectorStreams: TablesSpec = {
  tables: {
    detector_streams: {
      model: 'text',
      monitor: 'text',
      detector: 'text',
      source: 'text',
      version: 'text',
      window_end: 'time',
      state: 'text',
    },
  },
  keys: { detector_streams: ['model', 'monitor', 'detector', 'source', 'version'] },
};
