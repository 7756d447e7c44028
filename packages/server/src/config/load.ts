import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { Config, LeewayError } from '@leeway/contract';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { checkReferences, type Plugins } from './check-references.ts';
import { expandRules } from './expand-rules.ts';
import { nearest } from './nearest.ts';

/** One mistake in a configuration, where it stands and what to do about it. */
export interface Mistake {
  file: string;
  /** From 1; null where the mistake is that something is not there at all. */
  line: number | null;
  /** Keys from the top, such as `models.0.task`. */
  path: string;
  message: string;
}

type Path = readonly PropertyKey[];

/** A configuration as written: secrets are still `${env:NAME}`, files it includes are in it. */
export interface RawConfig {
  document: unknown;
  /** File and line of a path of the document. */
  locate(path: Path): { file: string; line: number | null };
}

/** Reads a configuration file and the files it includes. @throws LeewayError `config_unreadable` with the line. */
export async function readConfig(path: string): Promise<RawConfig> {
  const main = await readYaml(path);
  const document = (main.value ?? {}) as Record<string, unknown>;
  const origins: Origin[] = [];
  const includes = Array.isArray(document['include']) ? document['include'] : [];
  const models = Array.isArray(document['models']) ? [...document['models']] : [];
  models.forEach((_, i) => origins.push({ file: main, index: i }));
  for (const include of includes) {
    if (typeof include !== 'string') continue;
    const file = await readYaml(resolve(dirname(path), include));
    const value = file.value as { models?: unknown } | unknown[] | null;
    const more = Array.isArray(value) ? value : ((value as { models?: unknown[] } | null)?.models ?? []);
    for (const [index, model] of (more as unknown[]).entries()) {
      models.push(model);
      origins.push({ file, index });
    }
  }
  return {
    // What is not a list stays as it is, for the check to name it.
    document: Array.isArray(document['models'] ?? []) && models.length > 0 ? { ...document, models } : document,
    locate: (at) => locate(main, origins, at),
  };
}

interface YamlFile {
  name: string;
  document: Document;
  lines: LineCounter;
  value: unknown;
}

interface Origin {
  file: YamlFile;
  index: number;
}

async function readYaml(path: string): Promise<YamlFile> {
  const name = relative(process.cwd(), path) || path;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new LeewayError('config_unreadable', `${name}: ${(error as NodeJS.ErrnoException).code ?? error}`, {
      cause: error,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) {
    const line = broken.linePos?.[0].line;
    throw new LeewayError('config_unreadable', `${name}${line ? `:${line}` : ''}: ${broken.message.split('\n')[0]}`, {
      cause: broken,
    });
  }
  return { name, document, lines, value: document.toJS() };
}

function locate(main: YamlFile, origins: Origin[], path: Path): { file: string; line: number | null } {
  const origin = path[0] === 'models' && typeof path[1] === 'number' ? origins[path[1]] : undefined;
  if (!origin || origin.file === main) return { file: main.name, line: lineOf(main, path) };
  const top = isMap(origin.file.document.contents) ? ['models'] : [];
  return { file: origin.file.name, line: lineOf(origin.file, [...top, origin.index, ...path.slice(2)]) };
}

/** The line of the deepest part of the path that is there. A key is where its own name stands. */
function lineOf({ document, lines }: YamlFile, path: Path): number | null {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1) as unknown[], true);
    const last = path[depth - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isNode(item.key) && String(item.key) === String(last))
      : undefined;
    const node = pair?.key ?? document.getIn(path.slice(0, depth) as unknown[], true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

/** A configuration that did not come from a file, such as one sent to the API. */
export const rawDocument = (document: unknown): RawConfig => ({
  document,
  locate: () => ({ file: 'the configuration', line: null }),
});

/**
 * Checks a configuration as a whole and fills in the defaults; secrets are put in from the environment and from files.
 * @throws LeewayError `config_invalid` with every mistake.
 */
export async function checkConfig(
  raw: RawConfig,
  plugins: Plugins,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Config> {
  const mistakes: Mistake[] = [];
  /** References by the secret that they stand for: a message shows the reference. */
  const secrets = new Map<string, string>();
  const note = (path: Path, message: string) => {
    const shown = [...secrets].reduce((text, [secret, reference]) => text.replaceAll(secret, reference), message);
    mistakes.push({ ...raw.locate(path), path: path.map(String).join('.'), message: shown });
  };
  const resolved = await resolveSecrets(raw.document, { env, secrets, note }, []);
  const parsed = Config.safeParse(resolved);
  const expanded = parsed.success ? expandRules(parsed.data) : null;
  if (expanded) checkReferences(expanded.config, expanded.inherited, plugins, note);
  else if (parsed.error) for (const issue of parsed.error.issues) noteIssue(issue, raw.document, note);
  if (mistakes.length > 0 || !expanded) {
    const text = mistakes.map(
      (m) => `${m.file}${m.line === null ? '' : `:${m.line}`}: ${m.path === '' ? '' : `${m.path}: `}${m.message}`,
    );
    throw new LeewayError('config_invalid', `\n  ${text.join('\n  ')}`, { extra: { mistakes } });
  }
  return expanded.config;
}

type Note = (path: Path, message: string) => void;

const SECRET = /\$\{(env|file):([^}]+)\}/g;

/** Shorter ones stand in every other message. */
const LEAST_SECRET = 4;

interface Secrets {
  env: NodeJS.ProcessEnv;
  /** Takes those that were found. */
  secrets: Map<string, string>;
  note: Note;
}

const MOST_SECRET_BYTES = 65_536;

/** Text of a file; undefined where there is none to be had. Devices and the like, which may never end, are not read. */
async function readSecret(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= MOST_SECRET_BYTES ? (await readFile(path, 'utf8')).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces `${env:NAME}` and `${file:PATH}` in every text of the document. */
async function resolveSecrets(value: unknown, from: Secrets, path: Path): Promise<unknown> {
  if (typeof value === 'string') {
    let text = value;
    for (const [whole, source, name] of value.matchAll(SECRET)) {
      const secret = source === 'env' ? from.env[name!] : await readSecret(name!);
      if (secret !== undefined && secret.length >= LEAST_SECRET) from.secrets.set(secret, whole);
      if (secret === undefined)
        from.note(
          path,
          source === 'env' ? `the environment has no variable ${name}` : `the file ${name} cannot be read`,
        );
      text = text.replace(whole, () => secret ?? '');
    }
    return text;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item, i) => resolveSecrets(item, from, [...path, i])));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await resolveSecrets(item, from, [...path, key])] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Says what zod found in the words of someone who edits a file. */
function noteIssue(issue: z.core.$ZodIssue, document: unknown, note: Note): void {
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) {
        const known = knownKeys(issue.path);
        const near = nearest(key, known);
        note(
          [...issue.path, key],
          `there is no such key${near ? `; did you mean "${near}"?` : known.length > 0 ? `; there are ${known.join(', ')}` : ''}`,
        );
      }
      return;
    case 'invalid_union': {
      const options = issue.errors.flat();
      if (options.length === 0)
        return note(issue.path, `${issue.message} (got ${show(valueAt(document, issue.path))})`);
      // The option that the value is a bad one of: an object is judged as an object, a text as a text.
      const other = (option: z.core.$ZodIssue[]) =>
        option.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
      const meant = issue.errors.find((option) => !other(option)) ?? issue.errors[0];
      for (const option of meant ?? []) noteIssue({ ...option, path: [...issue.path, ...option.path] }, document, note);
      return;
    }
    case 'invalid_value': {
      const got = valueAt(document, issue.path);
      const values = issue.values.map(String);
      const near = typeof got === 'string' ? nearest(got, values) : undefined;
      return note(
        issue.path,
        `expected ${values.map((v) => `"${v}"`).join(' or ')}, got ${show(got)}${near ? `; did you mean "${near}"?` : ''}`,
      );
    }
    case 'invalid_type': {
      const got = valueAt(document, issue.path);
      return note(
        issue.path,
        got === undefined ? `is missing; expected ${issue.expected}` : `expected ${issue.expected}, got ${show(got)}`,
      );
    }
    default:
      return note(issue.path, `${issue.message} (got ${show(valueAt(document, issue.path))})`);
  }
}

/** Keys that the schema knows at a path. */
function knownKeys(path: Path): string[] {
  let schema: unknown = Config;
  for (const key of path) schema = schema === undefined ? undefined : child(schema as z.core.$ZodType, key);
  const shape = unwrap(schema as z.core.$ZodType | undefined);
  return shape?._zod.def.type === 'object' ? Object.keys((shape as z.ZodObject).shape) : [];
}

function child(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  const inner = unwrap(schema);
  switch (inner?._zod.def.type) {
    case 'object':
      return (inner as z.ZodObject).shape[String(key)];
    case 'array':
      return (inner as z.ZodArray).element;
    case 'record':
      return (inner as z.ZodRecord).valueType;
    default:
      return undefined;
  }
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = schema;
  while (inner && 'innerType' in inner._zod.def)
    inner = (inner._zod.def as unknown as { innerType: z.core.$ZodType }).innerType;
  return inner;
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    document,
  );
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
