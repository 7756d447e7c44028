// ClickHouse's HTTP interface before chDB: what the official client speaks, with the limits and the answers of a server.
//   fork(file, [folder])  →  message { url };  parent sends { fail: { code, matching } } or { fail: null }
import { createServer } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Session } from 'chdb';

const USER = 'leeway';
const PASSWORD = 's3cret-pässword';
const DATABASE = 'fleet';
/** ClickHouse's defaults: http_max_uri_size, http_max_field_value_size. */
const MOST_URI = 1_048_576;
const MOST_FIELD = 131_072;
/** Parameters of the address that are no settings. */
const RESERVED = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'role',
  'user',
  'password',
  'compress',
  'decompress',
]);
/** Settings of the HTTP layer, which the embedded engine does not know. */
const HTTP_SETTINGS = new Set([
  'enable_http_compression',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
]);
const STATUS = new Map([
  [62, 400],
  [36, 400],
  [43, 400],
  [457, 400],
  [60, 404],
  [81, 404],
  [47, 404],
  [115, 404],
  [516, 403],
  [194, 401],
  [164, 403],
  [159, 408],
  [1000, 400],
]);

const folder = process.argv[2];
const first = new Session(folder);
await first.queryAsync(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`);
let failure = null;
const counts = { requests: 0, compressed: 0, multipart: 0, longestUri: 0 };

class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function authenticate(request) {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const [name, password] = basic
    ? [
        Buffer.from(basic, 'base64').toString().split(':')[0],
        Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':'),
      ]
    : [request.headers['x-clickhouse-user'], request.headers['x-clickhouse-key']];
  if (name === undefined)
    throw new Refused(
      194,
      'default: Authentication failed: password is incorrect, or there is no user with such name. (REQUIRED_PASSWORD)',
    );
  if (name !== USER || password !== PASSWORD)
    throw new Refused(
      516,
      `${name}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)`,
    );
}

/** Fields of a multipart/form-data body. */
function multipart(body, boundary) {
  const fields = new Map();
  const text = body.toString('utf8');
  for (const part of text.split(`--${boundary}`).slice(1, -1)) {
    const split = part.indexOf('\r\n\r\n');
    const name = /name="([^"]+)"/.exec(part.slice(0, split))?.[1];
    fields.set(name, part.slice(split + 4, -2));
  }
  return fields;
}

async function answer(request, body) {
  counts.requests += 1;
  counts.longestUri = Math.max(counts.longestUri, request.url.length);
  if (request.url.length > MOST_URI) throw new Refused(1000, 'Poco::Exception. Code: 1000, URI Too Long');
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/ping') return { body: Buffer.from('Ok.\n') };
  if (url.pathname !== '/') throw new Refused(60, `There is no handle ${url.pathname}`);
  authenticate(request);
  const encoding = request.headers['content-encoding'];
  if (encoding === 'gzip') {
    counts.compressed += 1;
    body = gunzipSync(body);
  } else if (encoding !== undefined) throw new Refused(1000, `Unknown compression method: ${encoding}`);

  const fields = new Map(url.searchParams);
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  let data = body.toString('utf8');
  if (boundary) {
    counts.multipart += 1;
    for (const [name, value] of multipart(body, boundary)) fields.set(name, value);
    data = '';
  }
  const statements = [];
  let sql = fields.get('query') ?? '';
  for (const [name, value] of fields) {
    if (name !== 'query' && value.length > MOST_FIELD)
      throw new Refused(1000, 'HTML Form Exception: Field value too long');
    if (name.startsWith('param_')) statements.push(`SET ${name} = ${quoted(value)}`);
    else if (!RESERVED.has(name) && !HTTP_SETTINGS.has(name)) statements.push(`SET ${name} = ${quoted(value)}`);
  }
  sql = sql === '' ? data : `${sql}\n${data}`;
  if (sql.trim() === '') throw new Refused(62, 'Empty query. (SYNTAX_ERROR)');
  if (request.method === 'GET' && !/^\s*(\/\*.*?\*\/\s*)?(SELECT|WITH|SHOW|DESCRIBE|EXISTS)\b/is.test(sql))
    throw new Refused(164, 'Cannot execute query in readonly mode. (READONLY)');
  if (failure && new RegExp(failure.matching, 'i').test(sql)) throw new Refused(failure.code, failure.message);
  const database = fields.get('database') ?? request.headers['x-clickhouse-database'] ?? 'default';
  // Every request is a session of its own: no setting outlives it.
  const session = new Session(folder);
  try {
    await session.queryAsync(`USE \`${database}\``);
    const result = await session.queryAsync([...statements, sql].join('; '), {
      format: fields.get('default_format') ?? 'TabSeparated',
    });
    const rows = String(result.rowsRead ?? 0);
    return {
      body: Buffer.from(result.bytes()),
      summary: JSON.stringify({
        read_rows: rows,
        read_bytes: '0',
        written_rows: '0',
        written_bytes: '0',
        result_rows: rows,
        elapsed_ns: '0',
      }),
      compress:
        url.searchParams.get('enable_http_compression') === '1' &&
        /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''),
    };
  } catch (error) {
    const [, code, message] = /Code: (\d+)\. DB::Exception: ([\s\S]*)/.exec(error.message) ?? [
      null,
      '1002',
      error.message,
    ];
    throw new Refused(Number(code), message);
  } finally {
    session.close?.();
  }
}

const server = createServer({ maxHeaderSize: 2 * MOST_URI }, async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const { body, summary, compress } = await answer(request, Buffer.concat(chunks));
    response.setHeader('X-ClickHouse-Server-Display-Name', 'fixture');
    response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
    if (summary) response.setHeader('X-ClickHouse-Summary', summary);
    if (compress) response.setHeader('Content-Encoding', 'gzip');
    response.end(compress ? gzipSync(body) : body);
  } catch (error) {
    if (!(error instanceof Refused)) process.stderr.write(`fixture: ${error.stack}\n`);
    const code = error.code ?? 1001;
    response.statusCode = STATUS.get(code) ?? 500;
    response.setHeader('X-ClickHouse-Exception-Code', String(code));
    response.end(`Code: ${code}. DB::Exception: ${error.message} (version 25.8.1.1 (official build))\n`);
  }
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  process.send({ url: `http://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${DATABASE}` });
});
process.on('message', (message) => {
  if ('fail' in message) failure = message.fail;
  process.send({ counts });
});
process.on('disconnect', () => process.exit());
