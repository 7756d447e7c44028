import { z } from 'zod';
import { DatasetInfo } from './dataset-resources.ts';
import { Instant } from './words.ts';

export const VersionInfo = z.object({
  model: z.string(),
  version: z.string(),
  aliases: z.array(z.string()),
  createdAt: Instant,
  createdBy: z.string(),
  run: z.string().nullable(),
  parent: z.string().nullable().describe('Champion at the time it was made.'),
  dataset: DatasetInfo.nullable(),
  metrics: z.record(z.string(), z.number().nullable()),
  params: z.record(z.string(), z.unknown()),
  artifact: z.object({ hash: z.string(), bytes: z.int(), format: z.string() }),
  served: z.array(z.object({ from: Instant, to: Instant.nullable() })),
});
export type VersionInfo = z.infer<typeof VersionInfo>;
