import { createHash } from 'node:crypto';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CompletedPart, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { LeewayError } from '@leeway/contract';
import { type Outbound, OutboundError } from '../platform/outbound.ts';
import { hashFile } from './hash-file.ts';
import { keepFile, PARTIAL, publish } from './keep-file.ts';
import { type S3Settings, s3Client } from './s3-client.ts';
import { checkKey, type FileStorage } from './storage.ts';

export interface S3Options {
  outbound: Outbound;
  /** Folder in which what was fetched is kept, by key. */
  cache: string;
  /** Bytes that go at once; a larger file goes in parts. S3 wants 5 MiB at least. */
  partBytes?: number;
}

const PART_BYTES = 16 * 1_048_576;
/** S3 takes no more parts of one file. */
const MOST_PARTS = 10_000;

/** Files in a bucket of S3, or of what speaks as S3 does. */
export function s3Storage(settings: S3Settings, options: S3Options): FileStorage {
  return new S3Storage(settings, options);
}

class S3Storage implements FileStorage {
  readonly name: string;
  readonly #settings: S3Settings;
  readonly #options: Required<S3Options>;
  #client: Promise<S3Client> | undefined;
  /** Fetches under way, so that two who want the same file do not write over each other. */
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(settings: S3Settings, options: S3Options) {
    this.#settings = settings;
    this.#options = { partBytes: PART_BYTES, ...options };
    this.name = `s3://${settings.bucket}${settings.prefix ? `/${settings.prefix}` : ''}`;
  }

  async put(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    if ((await this.#head(key))?.size !== size) {
      await (size <= this.#options.partBytes ? this.#putWhole(key, path) : this.#putParts(key, path, size));
    }
    // What was made here is used here next.
    const target = join(this.#options.cache, key);
    if ((await stat(target).catch(() => null))?.size !== size) await keepFile(path, target);
  }

  get(key: string): Promise<string> {
    const present = this.#fetching.get(key);
    if (present) return present;
    const fetching = this.#fetch(key).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async has(key: string): Promise<boolean> {
    return (await this.#head(key)) !== null;
  }

  async delete(key: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    await this.#ask('delete', key, (client) => client.send(new DeleteObjectCommand(this.#at(key))));
    await rm(join(this.#options.cache, key), { force: true });
  }

  async list(prefix: string): Promise<string[]> {
    const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
    const own = this.#settings.prefix ? `${this.#settings.prefix}/` : '';
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask('list', prefix, (client) =>
        client.send(
          new ListObjectsV2Command({
            Bucket: this.#settings.bucket,
            Prefix: `${own}${prefix}`,
            ...(token && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key } of page?.Contents ?? []) if (Key) keys.push(Key.slice(own.length));
      token = page?.NextContinuationToken;
    } while (token);
    return keys.sort();
  }

  #at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#settings;
    return { Bucket: bucket, Key: `${prefix ? `${prefix}/` : ''}${checkKey(key)}` };
  }

  async #head(key: string): Promise<{ size: number; etag: string } | null> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const found = await this.#ask(
      'look for',
      key,
      (client) => client.send(new HeadObjectCommand(this.#at(key))),
      [404],
    );
    return found && { size: found.ContentLength ?? 0, etag: found.ETag ?? '' };
  }

  async #putWhole(key: string, path: string): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const file = await open(path);
    const body = await file.readFile().finally(() => file.close());
    const command = new PutObjectCommand({
      ...this.#at(key),
      Body: body,
      ContentMD5: createHash('md5').update(body).digest('base64'),
      ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
      IfNoneMatch: '*',
    });
    // 412: another replica was faster, and what it put is the same.
    await this.#ask('put', key, (client) => client.send(command), [412]);
  }

  /** Parts that a former try has left there, as after a crash, are not sent again. */
  async #putParts(key: string, path: string, size: number): Promise<void> {
    const { CompleteMultipartUploadCommand, UploadPartCommand } = await import('@aws-sdk/client-s3');
    const partBytes = Math.max(this.#options.partBytes, Math.ceil(size / MOST_PARTS));
    const { upload, parts: known } = await this.#upload(key);
    const done: CompletedPart[] = [];
    const file = await open(path);
    try {
      for (let number = 1, at = 0; at < size; number++, at += partBytes) {
        const body = Buffer.alloc(Math.min(partBytes, size - at));
        await file.read(body, 0, body.length, at);
        const md5 = createHash('md5').update(body);
        const hex = md5.copy().digest('hex');
        const present = known.get(number);
        if (present === `"${hex}"`) {
          done.push({ PartNumber: number, ETag: present });
          continue;
        }
        const command = new UploadPartCommand({
          ...this.#at(key),
          UploadId: upload,
          PartNumber: number,
          Body: body,
          ContentMD5: md5.digest('base64'),
        });
        const sent = await this.#ask('put', key, (client) => client.send(command));
        done.push({ PartNumber: number, ETag: sent?.ETag });
      }
    } finally {
      await file.close();
    }
    const command = new CompleteMultipartUploadCommand({
      ...this.#at(key),
      UploadId: upload,
      MultipartUpload: { Parts: done },
    });
    await this.#ask('put', key, (client) => client.send(command));
    const stored = await this.#head(key);
    if (stored?.size !== size)
      throw failed(this.name, 'put', key, `it holds ${stored?.size ?? 'nothing'} of ${size} bytes`);
  }

  /** The upload that a former try began, with the ETags of its parts, or a new one. */
  async #upload(key: string): Promise<{ upload: string; parts: Map<number, string> }> {
    const { CreateMultipartUploadCommand, ListMultipartUploadsCommand, ListPartsCommand } = await import(
      '@aws-sdk/client-s3'
    );
    const { Bucket, Key } = this.#at(key);
    const begun = await this.#ask('put', key, (client) =>
      client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key })),
    );
    const former = begun?.Uploads?.find((upload) => upload.Key === Key)?.UploadId;
    const parts = new Map<number, string>();
    if (former !== undefined) {
      let marker: string | undefined;
      do {
        const page = await this.#ask(
          'put',
          key,
          (client) =>
            client.send(
              new ListPartsCommand({ Bucket, Key, UploadId: former, ...(marker && { PartNumberMarker: marker }) }),
            ),
          [404],
        );
        for (const { PartNumber, ETag } of page?.Parts ?? []) if (PartNumber && ETag) parts.set(PartNumber, ETag);
        marker = page?.IsTruncated ? page.NextPartNumberMarker : undefined;
      } while (marker);
      return { upload: former, parts };
    }
    const made = await this.#ask('put', key, (client) =>
      client.send(new CreateMultipartUploadCommand({ Bucket, Key })),
    );
    if (!made?.UploadId) throw failed(this.name, 'put', key, 'it began no upload');
    return { upload: made.UploadId, parts };
  }

  async #fetch(key: string): Promise<string> {
    const target = join(this.#options.cache, checkKey(key));
    if ((await stat(target).catch(() => null))?.isFile()) return target;
    const there = await this.#head(key);
    if (!there) throw new LeewayError('not_found', `${this.name} has no file ${key}`);
    await mkdir(dirname(target), { recursive: true });
    // One name for each content: a fetch that was cut off goes on where it ended.
    const partial = `${target}.${createHash('sha256').update(there.etag).digest('hex').slice(0, 16)}${PARTIAL}`;
    await this.#download(key, partial, there);
    const expected = /(?:^|\/)([0-9a-f]{64})$/.exec(key)?.[1];
    if (expected !== undefined && (await hashFile(partial)) !== expected) {
      await rm(partial, { force: true });
      throw failed(this.name, 'get', key, 'what came has another SHA-256 than its name says');
    }
    await publish(partial, target);
    return target;
  }

  async #download(key: string, partial: string, { size, etag }: { size: number; etag: string }): Promise<void> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const file = await open(partial, 'a');
    try {
      let at = (await file.stat()).size;
      if (at > size) {
        await file.truncate(0);
        at = 0;
      }
      while (at < size) {
        const end = Math.min(size, at + this.#options.partBytes);
        const command = new GetObjectCommand({ ...this.#at(key), Range: `bytes=${at}-${end - 1}`, IfMatch: etag });
        const found = await this.#ask('get', key, (client) => client.send(command));
        const bytes = await found?.Body?.transformToByteArray();
        if (bytes?.length !== end - at) {
          throw failed(
            this.name,
            'get',
            key,
            `${bytes?.length ?? 0} bytes came of the ${end - at} that were asked for`,
          );
        }
        await file.write(bytes);
        at = end;
      }
    } finally {
      await file.close();
    }
  }

  /** Asks the service; null for a status among those that are an answer. @throws LeewayError `storage_failed`. */
  async #ask<T>(
    what: string,
    key: string,
    call: (client: S3Client) => Promise<T>,
    answers: readonly number[] = [],
  ): Promise<T | null> {
    this.#client ??= s3Client(this.#settings, this.#options.outbound, this.#options.partBytes);
    try {
      return await call(await this.#client);
    } catch (error) {
      if (error instanceof LeewayError) throw error;
      const { name, message, $metadata } = error as S3ServiceException;
      const status = $metadata?.httpStatusCode;
      if (status !== undefined && answers.includes(status)) return null;
      if (error instanceof OutboundError) throw failed(this.name, what, key, message);
      // To a HEAD there is no word of why.
      const why = /^(Unknown|NotFound|\d+)$/.test(name) ? [] : [`${name}: ${message}`];
      throw failed(this.name, what, key, [...(status === undefined ? [] : [`HTTP ${status}`]), ...why].join(', '));
    }
  }
}

const failed = (storage: string, what: string, key: string, detail: string): LeewayError =>
  new LeewayError('storage_failed', `${storage} could not ${what} ${key}: ${detail}`);
