/**
 * Where files lie that all replicas share: artifacts, datasets, and what DVC calls a remote. A key is a path of names joined by
 * "/", made from the hash of what is kept: under one key there is never anything else.
 */
export interface FileStorage {
  /** What people call it in a message: a folder or s3://BUCKET/PREFIX. */
  readonly name: string;
  /** Keeps a file: durable when it returns, never seen half, and kept once however often it comes. */
  put(key: string, path: string): Promise<void>;
  /** Path of a file on this machine with what is kept there; it is fetched if need be. Not to be written to. @throws LeewayError `not_found`. */
  get(key: string): Promise<string>;
  has(key: string): Promise<boolean>;
  /** Nothing happens where there is nothing. */
  delete(key: string): Promise<void>;
  /** The keys that begin with a prefix such as "datasets/", sorted. */
  list(prefix: string): Promise<string[]>;
}

/** @throws RangeError when it could lead out of the storage. */
export function checkKey(key: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(key)) return key;
  throw new RangeError(
    `"${key}" is no key of a storage: expected names of letters, digits, ".", "_" and "-" joined by "/"`,
  );
}
