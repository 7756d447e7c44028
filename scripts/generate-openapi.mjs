// Writes what follows from the HTTP API: docs/reference/openapi.json, and from it the types of both clients.
// `node scripts/generate-openapi.mjs` writes, with --check it only says whether the files are as they would be written.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OPENAPI = 'docs/reference/openapi.json';
const TYPESCRIPT = 'packages/client/src/generated/resources.ts';
const PYTHON = 'clients/python/src/leeway/resources.py';

/** The types that clients show, parts before wholes, and where the document has them. An object of the same form takes the name. */
const NAMED = [
  ['Rejection', 'post', '/models/{model}/predictions', ['rejected', 'items'], 'A row that was not stored, and why.'],
  ['IngestResult', 'post', '/models/{model}/predictions', [], 'What became of the rows of a request.'],
  ['Cause', 'get', '/alerts', ['alerts', 'items', 'cause'], 'What is most likely behind an alert.'],
  ['Alert', 'get', '/alerts', ['alerts', 'items'], 'Something is wrong with a model, or was.'],
  ['DatasetInfo', 'get', '/runs', ['runs', 'items', 'dataset'], 'The data of a run.'],
  ['GateResult', 'get', '/runs', ['runs', 'items', 'gates', 'items'], 'One comparison of challenger and champion.'],
  ['Run', 'get', '/runs', ['runs', 'items'], 'A retraining run.'],
  ['VersionInfo', 'get', '/models/{model}/versions', ['versions', 'items'], 'A version of a model.'],
  ['ModelSummary', 'get', '/models', ['models', 'items'], 'How a model is.'],
  [
    'Measurement',
    'get',
    '/models/{model}/measurements',
    ['measurements', 'items'],
    'One number about one closed window.',
  ],
];

const files = generate(await readDocument());
if (process.argv.includes('--check')) {
  const stale = Object.keys(files).filter(
    (path) => !existsSync(at(path)) || readFileSync(at(path), 'utf8') !== files[path],
  );
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(', ')}; run: node scripts/generate-openapi.mjs`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of Object.entries(files)) writeFileSync(at(path), text);
}

function at(path) {
  return join(ROOT, path);
}

/** The document as a server of this source tree tells it. */
async function readDocument() {
  const data = mkdtempSync(join(tmpdir(), 'leeway-openapi-'));
  const conditions = ['source', 'node', 'module', 'default'];
  const vite = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, ws: false, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    resolve: { conditions },
    ssr: { resolve: { conditions } },
  });
  try {
    const { App } = await vite.ssrLoadModule('/packages/server/src/app/app.ts');
    const { createLogger } = await vite.ssrLoadModule('/packages/server/src/platform/log.ts');
    const { createToken } = await vite.ssrLoadModule('/packages/server/src/access/tokens.ts');
    const app = await App.open({ dataDir: data, host: '127.0.0.1', port: 0, log: createLogger('silent') });
    try {
      const url = await app.start({ work: false });
      const token = await createToken(app.ctx, 'generate-openapi', { name: 'generate-openapi', role: 'viewer' });
      const response = await fetch(`${url}/api/v1/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`openapi.json: the server answered ${response.status}`);
      return await response.json();
    } finally {
      await app.close();
    }
  } finally {
    await vite.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function generate(document) {
  const types = collectTypes(document);
  return {
    [OPENAPI]: format('openapi.json', JSON.stringify(document, null, 2)),
    [TYPESCRIPT]: format('resources.ts', toTypeScript(types)),
    [PYTHON]: toPython(types),
  };
}

/** Every object type as {name, text, members}; types of members are {kind, ...}. */
function collectTypes(document) {
  const types = [];
  const names = new Map();
  for (const [name, method, path, steps, text] of NAMED) {
    const response = Object.entries(document.paths[`/api/v1${path}`]?.[method]?.responses ?? {}).find(([code]) =>
      code.startsWith('2'),
    );
    let schema = response?.[1].content?.['application/json']?.schema;
    for (const step of steps) schema = step === 'items' ? schema?.items : bare(schema)?.properties?.[step];
    if (!schema) throw new Error(`${name}: the document has no ${method} ${path} ${steps.join('.')}`);
    objectType(bare(schema), name, text);
  }
  return types;

  function objectType(schema, name, text) {
    const key = JSON.stringify(schema);
    const known = names.get(key);
    if (known) return { kind: 'name', name: known };
    names.set(key, name);
    const required = new Set(schema.required ?? []);
    const members = Object.entries(schema.properties).map(([member, of]) => {
      if (!required.has(member)) throw new Error(`${name}.${member} is optional; resources have no optional members`);
      return { name: member, type: typeOf(of, name + capital(member)), text: of.description };
    });
    types.push({ name, text, members });
    return { kind: 'name', name };
  }

  function typeOf(schema, name) {
    if (schema.nullable) return { kind: 'nullable', of: typeOf(bare(schema), name) };
    if (schema.enum) return { kind: 'enum', values: schema.enum };
    switch (schema.type) {
      case 'string':
      case 'boolean':
      case 'integer':
      case 'number':
        return { kind: schema.type };
      case 'array':
        return { kind: 'array', of: typeOf(schema.items, name) };
      case 'object':
        if (schema.properties) return objectType(schema, name);
        return { kind: 'record', of: typeOf(schema.additionalProperties ?? {}, name) };
      default:
        return { kind: 'unknown' };
    }
  }
}

/** A schema without what is said of the place where it stands. */
function bare(schema) {
  if (!schema) return undefined;
  if (schema.allOf?.length === 1) return bare(schema.allOf[0]);
  const { nullable: _, description: __, ...rest } = schema;
  return rest;
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function toTypeScript(types) {
  const write = (type) => {
    switch (type.kind) {
      case 'name':
        return type.name;
      case 'nullable':
        return `${write(type.of)} | null`;
      case 'enum':
        return type.values.map((value) => `'${value}'`).join(' | ');
      case 'array':
        return type.of.kind === 'nullable' || type.of.kind === 'enum' ? `(${write(type.of)})[]` : `${write(type.of)}[]`;
      case 'record':
        return `Record<string, ${write(type.of)}>`;
      case 'integer':
        return 'number';
      default:
        return type.kind;
    }
  };
  const comment = (text) => (text ? `/** ${text} */\n` : '');
  const blocks = types.map(({ name, text, members }) => {
    const lines = members.map((member) => `${comment(member.text)}${member.name}: ${write(member.type)};`);
    return `${comment(text)}export interface ${name} {\n${lines.join('\n')}\n}\n`;
  });
  return `// Made by scripts/generate-openapi.mjs from ${OPENAPI}; not to be edited.\n\n${blocks.join('\n')}`;
}

function toPython(types) {
  const write = (type) => {
    switch (type.kind) {
      case 'name':
        return type.name;
      case 'nullable':
        return `Optional[${write(type.of)}]`;
      case 'enum':
        return `Literal[${type.values.map((value) => `"${value}"`).join(', ')}]`;
      case 'array':
        return `List[${write(type.of)}]`;
      case 'record':
        return `Dict[str, ${write(type.of)}]`;
      default:
        return { string: 'str', boolean: 'bool', integer: 'int', number: 'float', unknown: 'Any' }[type.kind];
    }
  };
  const blocks = types.map(({ name, text, members }) => {
    if (members.some((member) => member.name === 'from')) {
      // A keyword of the language, so the class form can't have it.
      const pairs = members.map((member) => `"${member.name}": ${write(member.type)}`);
      return `\n\n${name} = TypedDict("${name}", {${pairs.join(', ')}})\n`;
    }
    const doc = text ? `    """${text}"""\n\n` : '';
    const lines = members.map((member) => {
      const note = member.text ? `    # ${member.text}\n` : '';
      return `${note}    ${member.name}: ${write(member.type)}\n`;
    });
    return `\n\nclass ${name}(TypedDict):\n${doc}${lines.join('')}`;
  });
  const head = [
    `# Made by scripts/generate-openapi.mjs from ${OPENAPI}; not to be edited.`,
    '"""Resources of Leeway\'s HTTP API, as it writes them. Times are ISO 8601 in UTC."""',
    '',
    'from typing import Any, Dict, List, Literal, Optional, TypedDict',
    '',
  ];
  return head.join('\n') + blocks.join('');
}

/** Text in the repository's own format. `name` is only that: the formatter leaves generated files themselves aside. */
function format(name, text) {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const run = spawnSync(process.execPath, [biome, 'check', '--write', `--stdin-file-path=${name}`], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) throw new Error(`biome could not format ${name}: ${run.stderr}`);
  return run.stdout;
}
