import { createHash } from 'node:crypto';

/** A file of a directory that DVC keeps. */
export interface TreeFile {
  md5: string;
  relpath: string;
}

/**
 * The text by which DVC knows a directory: the files sorted by path in the order of code points, as Python's `json.dumps` writes
 * them with sorted keys. Its MD5 is the directory's, so not one character may differ.
 */
export function directoryText(files: readonly TreeFile[]): string {
  // The bytes of UTF-8 have the order of code points; strings of JavaScript have that of UTF-16.
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.relpath), Buffer.from(b.relpath)));
  const parts = sorted.map(({ md5, relpath }) => `{"md5": ${pythonString(md5)}, "relpath": ${pythonString(relpath)}}`);
  return `[${parts.join(', ')}]`;
}

/** As Python writes a string: everything but printable ASCII as \uXXXX. */
const pythonString = (text: string): string =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The name of a directory in DVC: the MD5 of its text, with ".dir" behind. */
export const directoryName = (text: string): string => `${createHash('md5').update(text).digest('hex')}.dir`;

/** @throws Error when the text is no directory, or has a file that would lie outside of it. */
export function readDirectory(text: string): TreeFile[] {
  const list = JSON.parse(text) as unknown;
  if (!Array.isArray(list)) throw new Error('it is no list of files');
  return list.map((one: Partial<TreeFile> | null) => {
    const { md5, relpath } = one ?? {};
    if (typeof md5 !== 'string' || !/^[0-9a-f]{32}$/.test(md5) || typeof relpath !== 'string') {
      throw new Error(`expected files with md5 and relpath, got ${JSON.stringify(one).slice(0, 100)}`);
    }
    const names = relpath.split('/');
    if (
      relpath === '' ||
      relpath.includes('\\') ||
      names.some((name) => name === '' || name === '.' || name === '..')
    ) {
      throw new Error(`the path "${relpath.slice(0, 100)}" leads out of the directory`);
    }
    return { md5, relpath };
  });
}
