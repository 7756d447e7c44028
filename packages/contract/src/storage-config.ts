import { z } from 'zod';

const strict = z.strictObject;

/** Where artifacts and datasets are kept. */
export const StorageConfig = z.discriminatedUnion('kind', [
  strict({ kind: z.literal('local') }).describe('In server.data.'),
  strict({
    kind: z.literal('s3'),
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket: 3 to 63 of a-z, 0-9, "." and "-"'),
    prefix: z
      .string()
      .regex(/^[^/].*[^/]$|^[^/]?$/, 'expected a prefix without "/" at its ends')
      .default('')
      .describe('Put before every key, such as leeway.'),
    region: z.string().default('us-east-1'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of a service that speaks S3, such as MinIO. Default: that of AWS.'),
    pathStyle: z
      .boolean()
      .default(false)
      .describe('Whether the bucket stands in the path and not in the host name, as MinIO and others want it.'),
    accessKeyId: z
      .string()
      .min(1)
      .optional()
      .describe('Default: the credentials of the machine, as AWS looks for them.'),
    secretAccessKey: z.string().min(1).optional().meta({ secret: true, writeOnly: true }),
    sessionToken: z.string().min(1).optional().meta({ secret: true, writeOnly: true }),
  })
    .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined), {
      message: 'expected both accessKeyId and secretAccessKey, or neither',
      path: ['secretAccessKey'],
    })
    .describe('In a bucket that all replicas share. What is used is kept in server.data too.'),
]);
export type StorageConfig = z.infer<typeof StorageConfig>;
