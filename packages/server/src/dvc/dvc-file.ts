import { parse, stringify } from 'yaml';
import { z } from 'zod';

/** Something that DVC keeps: a file, or a directory, whose MD5 ends in ".dir". */
export const DvcOut = z.looseObject({
  path: z.string(),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}(\.dir)?$/)
    .optional(),
  /** From DVC 3 on. Without it, text was hashed with the line ends of Unix. */
  hash: z.string().optional(),
  size: z.number().optional(),
  nfiles: z.number().optional(),
  /** Where the remote keeps versions of its own: then there is no name by hash. */
  cloud: z.unknown().optional(),
});
export type DvcOut = z.infer<typeof DvcOut>;

const DvcFile = z.looseObject({ outs: z.array(DvcOut).default([]), wdir: z.string().default('.') });
const DvcLock = z.looseObject({
  stages: z.record(z.string(), z.looseObject({ outs: z.array(DvcOut).default([]) })).default({}),
});

/** What a .dvc file keeps, with paths relative to its folder. @throws Error saying what is wrong with it. */
export function readDvcFile(text: string): DvcOut[] {
  const { outs, wdir } = check(DvcFile, text);
  return wdir === '.' ? outs : outs.map((out) => ({ ...out, path: `${wdir}/${out.path}` }));
}

/** What the stages of a dvc.lock have made. */
export const readDvcLock = (text: string): DvcOut[] =>
  Object.values(check(DvcLock, text).stages).flatMap(({ outs }) => outs);

function check<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  const result = schema.safeParse(parse(text) ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}

/** The text of a .dvc file as DVC 3 writes it. `meta` is for others than DVC, which keeps it. */
export function writeDvcFile(
  { path, md5, size, nfiles }: { path: string; md5: string; size: number; nfiles?: number },
  { desc, meta }: { desc: string; meta: Record<string, unknown> },
): string {
  const out = { md5, size, ...(nfiles === undefined ? {} : { nfiles }), hash: 'md5', path };
  return stringify({ outs: [out], desc, meta }, { lineWidth: 0 });
}

/** Where a cache or remote keeps a file: by the layout of DVC 3, or of what DVC 2 has hashed. */
export function dvcKey(md5: string, { hash }: Pick<DvcOut, 'hash'> = { hash: 'md5' }): string {
  const name = `${md5.slice(0, 2)}/${md5.slice(2)}`;
  return hash === 'md5' ? `files/md5/${name}` : name;
}
