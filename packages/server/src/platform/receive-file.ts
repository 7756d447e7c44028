import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LeewayError } from '@leeway/contract';

/**
 * Writes what comes to a file: durable and whole when it returns, and never seen half written. @throws LeewayError
 * `body_too_large`, or `invalid_request` when it is not what the sender said that it would be.
 */
export async function receiveFile(
  stream: AsyncIterable<Buffer>,
  path: string,
  { mostBytes, sha256 }: { mostBytes: number; sha256?: string | undefined },
): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}-${Date.now()}.partial`;
  const file = await open(partial, 'wx');
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new LeewayError('body_too_large', `the file has more than ${mostBytes} bytes`);
      hash.update(chunk);
      await file.write(chunk);
    }
    const found = hash.digest('hex');
    if (sha256 !== undefined && sha256.toLowerCase() !== found) {
      throw new LeewayError(
        'invalid_request',
        `the file came with the hash ${found}, and x-content-sha256 says ${sha256}`,
      );
    }
    await file.sync();
    await rename(partial, path);
    return { bytes, sha256: found };
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }
}
