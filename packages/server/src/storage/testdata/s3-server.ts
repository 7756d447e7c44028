import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const KEY_ID = 'AKIAFAKE000000000000';
export const SECRET = 's3cr3tAccessKeyOfTheFake/0123456789+abcd';
export const REGION = 'eu-central-1';
export const BUCKET = 'models';

interface Upload {
  key: string;
  parts: Map<number, Buffer>;
}

export interface FakeS3 {
  origin: string;
  objects: Map<string, Buffer>;
  uploads: Map<string, Upload>;
  /** "PUT /models/key", in order; with the names of the parameters. */
  calls: string[];
  /** Called before each request is answered; what it returns is answered in its place. */
  before?: ((call: string) => number | undefined) | undefined;
  close(): Promise<void>;
}

const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;
/** Smallest part but the last, in the fake: S3 has 5 MiB. */
const LEAST_PART = 64;
const PAGE = 3;

/** S3 with one bucket, path style: what it checks of a request, and the parts, ranges, conditions and pages that it answers with. */
export async function startS3(): Promise<FakeS3> {
  const fake: FakeS3 = { origin: '', objects: new Map(), uploads: new Map(), calls: [], close: async () => {} };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(fake, request, Buffer.concat(chunks), response));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  fake.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fake.close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return fake;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function answer(fake: FakeS3, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const url = new URL(request.url!, fake.origin);
  const names = [...url.searchParams.keys()].filter((name) => name !== 'x-id').sort();
  const call = `${request.method} ${url.pathname}${names.length > 0 ? `?${names.join('&')}` : ''}`;
  fake.calls.push(call);
  try {
    const instead = fake.before?.(call);
    if (instead !== undefined) throw new Refusal(instead, 'InternalError');
    checkSignature(request, url, body);
    checkBody(request, body);
    serve(fake, request, url, body, response);
  } catch (error) {
    const { status = 500, code = 'InternalError', message } = error as Refusal;
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(
      request.method === 'HEAD'
        ? undefined
        : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
    );
  }
}

function serve(fake: FakeS3, request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): void {
  const [, bucket, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  if (bucket !== BUCKET) throw new Refusal(404, 'NoSuchBucket');
  const key = rest.join('/');
  const query = url.searchParams;
  const xml = (name: string, content: string) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`);
  };
  const method = request.method!;
  if (key === '' && method === 'GET') {
    if (query.has('uploads')) {
      const found = [...fake.uploads].filter(([, upload]) => upload.key.startsWith(query.get('prefix') ?? ''));
      const list = found.map(([id, { key: of }]) => `<Upload><Key>${of}</Key><UploadId>${id}</UploadId></Upload>`);
      return xml('ListMultipartUploadsResult', `<IsTruncated>false</IsTruncated>${list.join('')}`);
    }
    if (query.get('list-type') !== '2') throw new Refusal(400, 'InvalidArgument', 'only version 2 of the list is here');
    const from = query.get('continuation-token') ?? '';
    const keys = [...fake.objects.keys()]
      .sort()
      .filter((one) => one.startsWith(query.get('prefix') ?? '') && one > from);
    const page = keys.slice(0, PAGE);
    const more = keys.length > PAGE;
    const contents = page.map((one) => `<Contents><Key>${one}</Key></Contents>`).join('');
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return xml('ListBucketResult', `<IsTruncated>${more}</IsTruncated>${next}${contents}`);
  }
  if (key === '') throw new Refusal(405, 'MethodNotAllowed');
  const upload = query.has('uploadId') ? fake.uploads.get(query.get('uploadId')!) : undefined;
  if (query.has('uploadId') && upload?.key !== key) throw new Refusal(404, 'NoSuchUpload');
  if (method === 'POST' && query.has('uploads')) {
    const id = randomBytes(8).toString('hex');
    fake.uploads.set(id, { key, parts: new Map() });
    return xml('InitiateMultipartUploadResult', `<Key>${key}</Key><UploadId>${id}</UploadId>`);
  }
  if (method === 'GET' && upload) {
    const parts = [...upload.parts].map(
      ([number, bytes]) => `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etagOf(bytes))}</ETag></Part>`,
    );
    return xml('ListPartsResult', `<IsTruncated>false</IsTruncated>${parts.join('')}`);
  }
  if (method === 'PUT' && upload) {
    upload.parts.set(Number(query.get('partNumber')), body);
    return void response.writeHead(200, { etag: etagOf(body) }).end();
  }
  if (method === 'POST' && upload) {
    const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part!)?.[1]),
      etag: /<ETag>(.*?)</.exec(part!)?.[1]?.replaceAll('&quot;', '"'),
    }));
    const parts = named.map(({ number, etag }) => {
      const bytes = upload.parts.get(number);
      if (!bytes || etagOf(bytes) !== etag) throw new Refusal(400, 'InvalidPart');
      return bytes;
    });
    if (named.some(({ number }, i) => number <= (named[i - 1]?.number ?? 0)))
      throw new Refusal(400, 'InvalidPartOrder');
    if (parts.slice(0, -1).some((bytes) => bytes.length < LEAST_PART)) throw new Refusal(400, 'EntityTooSmall');
    fake.objects.set(key, Buffer.concat(parts));
    fake.uploads.delete(query.get('uploadId')!);
    return xml('CompleteMultipartUploadResult', `<Key>${key}</Key>`);
  }
  if (method === 'PUT') {
    if (request.headers['if-none-match'] === '*' && fake.objects.has(key)) throw new Refusal(412, 'PreconditionFailed');
    fake.objects.set(key, body);
    return void response.writeHead(200, { etag: etagOf(body) }).end();
  }
  if (method === 'DELETE') {
    fake.objects.delete(key);
    return void response.writeHead(204).end();
  }
  const bytes = fake.objects.get(key);
  if (!bytes) throw new Refusal(404, 'NoSuchKey');
  const headers = { etag: etagOf(bytes), 'content-type': 'binary/octet-stream' };
  if (method === 'HEAD') return void response.writeHead(200, { ...headers, 'content-length': bytes.length }).end();
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && wanted !== headers.etag) throw new Refusal(412, 'PreconditionFailed');
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) return void response.writeHead(200, headers).end(bytes);
  const [from, to] = [Number(range[1]), Number(range[2])];
  if (from >= bytes.length) throw new Refusal(416, 'InvalidRange');
  const part = bytes.subarray(from, to + 1);
  response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${from + part.length - 1}/${bytes.length}` });
  response.end(part);
}

const hex = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** AWS Signature Version 4, worked out anew from what came. */
function checkSignature(request: IncomingMessage, url: URL, body: Buffer): void {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!found) throw new Refusal(403, 'AccessDenied', 'no signature of version 4');
  const [, keyId, day, region, signed, signature] = found;
  if (keyId !== KEY_ID) throw new Refusal(403, 'InvalidAccessKeyId');
  if (region !== REGION) throw new Refusal(400, 'AuthorizationHeaderMalformed', `the region is ${REGION}`);
  const time = String(request.headers['x-amz-date']);
  const content = String(request.headers['x-amz-content-sha256']);
  if (content !== 'UNSIGNED-PAYLOAD' && content !== hex(body)) throw new Refusal(400, 'XAmzContentSHA256Mismatch');
  const names = signed!.split(';');
  if (!names.includes('host')) throw new Refusal(403, 'AccessDenied', 'the host is not signed');
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonical = [
    request.method,
    url.pathname,
    [...url.searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signed,
    content,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ['aws4_request'].reduce(
    hmac as (key: Buffer, text: string) => Buffer,
    hmac(hmac(hmac(`AWS4${SECRET}`, day!), region!), 's3'),
  );
  const expected = hmac(key, ['AWS4-HMAC-SHA256', time, scope, hex(canonical)].join('\n')).toString('hex');
  if (expected !== signature) throw new Refusal(403, 'SignatureDoesNotMatch');
}

function checkBody(request: IncomingMessage, body: Buffer): void {
  const md5 = request.headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) throw new Refusal(400, 'BadDigest');
  const sha256 = request.headers['x-amz-checksum-sha256'];
  if (sha256 !== undefined && sha256 !== createHash('sha256').update(body).digest('base64')) {
    throw new Refusal(400, 'BadDigest');
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
