import { z } from 'zod';

const relative = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\\]+$/, 'expected a path inside of the repository, with "/" and without ".."');

/** A DVC repository that every dataset is written to. */
export const DvcConfig = z
  .strictObject({
    repo: z.string().min(1).describe('Folder of a repository with .dvc, where the .dvc file is written.'),
    remote: z
      .string()
      .optional()
      .describe('Name of a remote in .dvc/config (a folder or s3://). Default: core.remote of the repository.'),
    path: relative.default('data').describe('The dataset in the repository; PATH.dvc is written beside it.'),
  })
  .describe('Writes every dataset into a DVC repository, so that `dvc pull` brings it.');
export type DvcConfig = z.infer<typeof DvcConfig>;
