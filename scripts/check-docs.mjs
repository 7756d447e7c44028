// Says what in the docs is no longer true: links and anchors that lead nowhere, paths that are gone, commands, options and
// npm scripts that there are not, YAML that Leeway would refuse. Reads what `npm run build` made, and starts no server.
//
//   ```yaml leeway          a configuration; apiVersion may be left out
//   ```yaml leeway model    keys of one model, the rest of which is filled in
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { slugOf } from './markdown.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const built = (path) =>
  import(new URL(`../packages/server/dist/${path}`, import.meta.url)).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(`${error.message}\nrun: npm run build`);
    process.exit(1);
  });
const { createProgram } = await built('cli/program.js');
const { checkConfig, readConfig } = await built('config/load.js');
const { PLUGINS } = await built('app/app.js');

const program = createProgram();
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** Folders whose names begin a path of the repository. */
const TOP = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
/** What is made by running something, and is in no checkout. */
const MADE = /(^|\/)(dist|node_modules|\.leeway|\.cache)(\/|$)/;

const mistakes = [];
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((path) => existsSync(join(ROOT, path))),
  ...pagesIn(),
];
const anchors = new Map();
for (const page of pages) await checkPage(page);
for (const mistake of mistakes) console.error(mistake);
console.error(`${pages.length} pages, ${mistakes.length} mistakes`);
process.exitCode = mistakes.length > 0 ? 1 : 0;

/** Every page under docs/, and every README of a package, client or example. */
function pagesIn() {
  const found = [];
  for (const top of ['docs', 'examples', 'packages', 'clients', 'bench', 'conformance', 'acceptance', 'deploy']) {
    if (!existsSync(join(ROOT, top))) continue;
    for (const path of walk(top))
      if (top === 'docs' ? path.endsWith('.md') : basename(path) === 'README.md') found.push(path);
  }
  return found.sort();
}

function* walk(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (MADE.test(path)) continue;
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

async function checkPage(page) {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const generated = text.startsWith('<!-- Made by');
  const note = (line, message) => mistakes.push(`${page}:${line}: ${message}`);
  for (const block of blocksOf(text)) {
    const [language, ...words] = block.info.split(/\s+/);
    if (/^(sh|bash|console)$/.test(language)) {
      for (const [i, line] of joined(block.lines)) checkShell(line, (message) => note(block.line + 1 + i, message));
    }
    if (language === 'yaml' && words[0] === 'leeway')
      await checkYaml(block, words[1], (message) => note(block.line, message));
  }
  const prose = text.replaceAll(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, (block) => block.replaceAll(/[^\n]/g, ' '));
  prose.split('\n').forEach((line, i) => {
    for (const [, span] of line.matchAll(/`([^`]+)`/g)) {
      checkPath(page, span, (message) => note(i + 1, message));
      if (!generated) checkShell(span, (message) => note(i + 1, message));
    }
    const bare = line.replaceAll(/`[^`]*`/g, (span) => 'x'.repeat(span.length));
    for (const [, target] of bare.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g))
      checkLink(page, target, (message) => note(i + 1, message));
    for (const [, target] of bare.matchAll(/<img[^>]*\ssrc="([^"]+)"/g))
      checkLink(page, target, (message) => note(i + 1, message));
  });
}

/** Fenced blocks with their line, from 1. */
function blocksOf(text) {
  const blocks = [];
  let open = null;
  text.split('\n').forEach((line, i) => {
    const fence = /^\s*(```+|~~~+)(.*)$/.exec(line);
    if (open) {
      if (fence?.[1].startsWith(open.fence) && fence[2].trim() === '') open = null;
      else open.lines.push(line);
    } else if (fence) {
      open = { fence: fence[1], info: fence[2].trim(), line: i + 1, lines: [] };
      blocks.push(open);
    }
  });
  return blocks;
}

/** Lines of a shell, those that end in a backslash joined with the next. */
function joined(lines) {
  const found = [];
  let begun = null;
  lines.forEach((line, i) => {
    const [at, text] = begun ?? [i, ''];
    const whole = `${text}${line}`;
    if (whole.endsWith('\\')) begun = [at, `${whole.slice(0, -1)} `];
    else {
      found.push([at, whole]);
      begun = null;
    }
  });
  return found;
}

function checkLink(page, target, note) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//')) return;
  const [path, anchor] = target.split('#');
  const file = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), decodeURIComponent(path));
  if (!existsSync(file)) return note(`there is no ${relative(ROOT, file)}`);
  if (anchor && file.endsWith('.md') && !anchorsOf(file).has(anchor)) {
    note(`${relative(ROOT, file)} has no heading #${anchor}`);
  }
}

function anchorsOf(file) {
  let found = anchors.get(file);
  if (!found) {
    found = new Set();
    const text = readFileSync(file, 'utf8').replaceAll(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '');
    const seen = new Map();
    for (const [, heading] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
      const slug = slugOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      found.add(times === 0 ? slug : `${slug}-${times}`);
    }
    for (const [, id] of text.matchAll(/<a id="([^"]+)"/g)) found.add(id);
    anchors.set(file, found);
  }
  return found;
}

/** A code span that looks like a path of the repository, from its root or from the page; `<name>`, NAME and * stand for any name. */
function checkPath(page, span, note) {
  if (!/^[\w.@<>*{},-]+(\/[\w.@<>*{},-]+)+\/?$/.test(span) || MADE.test(span)) return;
  const places = TOP.includes(span.split('/')[0]) ? [ROOT] : span.startsWith('src/') ? [join(ROOT, dirname(page))] : [];
  if (places.length === 0) return;
  const steps = span.replace(/\/$/, '').split('/');
  if (!places.some((place) => matches(place, steps))) note(`there is no ${span}`);
}

function matches(folder, [step, ...rest]) {
  if (step === undefined) return true;
  if (!existsSync(folder)) return false;
  if (step === '**') return true;
  const open = /[<*{]|[A-Z]{4,}/.test(step) && !existsSync(join(folder, step));
  if (!open) return existsSync(join(folder, step)) && matches(join(folder, step), rest);
  if (/<|[A-Z]{4,}/.test(step)) return true; // a name that the reader gives
  const pattern = new RegExp(
    `^${step
      .replaceAll('.', '\\.')

      .replaceAll('*', '.*')
      .replace(/\{([^}]*)\}/g, (_, names) => `(${names.replaceAll(',', '|')})`)}$`,
  );
  return readdirSync(folder).some((name) => pattern.test(name) && matches(join(folder, name), rest));
}

/** A line of a shell: `leeway ...` must name a command and its options, `npm run ...` a script, `node scripts/...` a file. */
function checkShell(line, note) {
  for (const part of line.replace(/^\s*\$ /, '').split(/\s*(?:&&|\|\||[|;])\s*|\$\(/)) {
    const words = wordsOf(part).filter((word) => !/^[A-Z_]+=/.test(word));
    if (words[0] === 'npx' || words[0] === 'nice') words.shift();
    if (words[0] === 'leeway' && words.length > 1) checkCommand(words.slice(1), note);
    if (words[0] === 'npm' && words[1] === 'run' && !words.some((word) => /^(-w|--workspace)/.test(word))) {
      const name = words.slice(2).find((word) => !word.startsWith('-'));
      if (name && !/^[A-Z<]/.test(name) && !scripts[name]) note(`package.json has no script "${name}"`);
    }
    if (words[0] === 'node' && words[1]?.endsWith('.mjs') && TOP.includes(words[1].split('/')[0])) {
      if (!existsSync(join(ROOT, words[1]))) note(`there is no ${words[1]}`);
    }
  }
}

function wordsOf(text) {
  const words = [];
  for (const [, double, single, plain] of text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)) {
    if (plain?.startsWith('#')) break;
    words.push(double ?? single ?? plain);
  }
  return words;
}

function checkCommand(words, note) {
  let command = program;
  const rest = [...words];
  while (rest.length > 0 && command.commands.length > 0) {
    const name = rest[0];
    if (name.startsWith('-')) break;
    const next = command.commands.find((candidate) => candidate.name() === name);
    if (!next) {
      if (/^([A-Z]+|<.*|\.\.\.)$/.test(name)) return;
      const byDefault = command.commands.find((candidate) => candidate.name() === command._defaultCommandName);
      if (byDefault?.registeredArguments.length > 0) {
        command = byDefault;
        break;
      }
      return note(`there is no command "leeway ${words.slice(0, words.length - rest.length + 1).join(' ')}"`);
    }
    command = next;
    rest.shift();
  }
  for (const word of rest) {
    const flag = /^(--[a-z-]+)/.exec(word)?.[1];
    if (!flag || flag === '--help' || flag === '--version') continue;
    const known = [...program.options, ...command.options, ...command.commands.flatMap((child) => child.options)];
    if (!known.some((option) => option.long === flag)) note(`leeway ${command.name()} has no option ${flag}`);
  }
}

async function checkYaml({ lines }, kind, note) {
  const indented = (by) => lines.map((line) => `${' '.repeat(by)}${line}`).join('\n');
  const has = (key) => lines.some((line) => line.startsWith(`${key}:`));
  let text = has('apiVersion') ? indented(0) : `apiVersion: leeway/v1\n${indented(0)}`;
  if (kind === 'model') {
    const given = [
      ['name', 'example'],
      ['task', 'binary'],
      ['columns', '{ features: { x: { type: numeric } }, score: score }'],
    ];
    const rest = given.filter(([key]) => !has(key)).map(([key, value]) => `    ${key}: ${value}`);
    text = ['apiVersion: leeway/v1', 'models:', '  -', ...rest, indented(4)].join('\n');
  }
  const folder = mkdtempSync(join(tmpdir(), 'leeway-docs-'));
  try {
    const file = join(folder, 'leeway.yaml');
    writeFileSync(file, `${text}\n`);
    // Secrets are the reader's: here any value will do.
    const env = new Proxy({}, { get: () => '1' });
    const raw = await readConfig(file);
    await checkConfig({ ...raw, document: withoutForms(raw.document) }, PLUGINS, env);
  } catch (error) {
    note(
      `Leeway would refuse this: ${String(error.detail ?? error.message).replaceAll(`${relative(process.cwd(), folder)}/`, '')}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** References to secrets that are the whole text become one that any form accepts. */
function withoutForms(value) {
  if (typeof value === 'string' && /^\$\{(env|file):[^}]+\}$/.test(value)) {
    if (/PORT/.test(value)) return '587';
    if (/DISCORD/.test(value)) return 'https://example.org/webhooks/1/x';
    if (/ROUTING_KEY/.test(value)) return 'A'.repeat(32);
    if (/TELEGRAM/.test(value)) return `1:${'x'.repeat(20)}`;
    if (/SLACK_BOT/.test(value)) return 'xoxb-x';
    if (/URL|WEBHOOK/i.test(value) && !/SECRET/.test(value)) return 'https://example.org/x';
    if (/SIGNING|SECRET/.test(value)) return `whsec_${'A'.repeat(32)}`;
    return 'x';
  }
  if (Array.isArray(value)) return value.map(withoutForms);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutForms(item)]));
}
