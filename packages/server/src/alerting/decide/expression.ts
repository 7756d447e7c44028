import type { Measurement } from '@leeway/contract';
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { plain } from '../../notify/format.ts';
import type { Judgement, Sample } from './judge-measurement.ts';

/** What an expression looks up by `m["METRIC of COLUMN where SLICE"]`. */
export interface MetricRef {
  key: string;
  metric: string;
  column: string;
  slice: string;
}

export interface Expression {
  /** What it looks up, in the order in which it is written; at least one. */
  refs: MetricRef[];
  evaluate(given: ExpressionInput): Pick<Judgement, 'verdict' | 'why'>;
}

export interface ExpressionInput {
  /** By the keys of `refs`. What is not there has no data. */
  measurements: ReadonlyMap<string, Sample>;
  windowStart: number;
  windowEnd: number;
  model: { name: string; task: string; owner?: string | undefined; labels: Record<string, string> };
}

/** Expressions are small: so many parts, and no list is gone through within another. */
const LIMITS = { maxAstNodes: 500, maxDepth: 50, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 };
const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** An expression that cannot be used; the message is for who wrote it. */
export class ExpressionError extends Error {}

/** Raised by asking for a number that is not there; it ends the evaluation, unless `||` or `&&` is decided without it. */
class NoDataError extends Error {}

class Measured {
  readonly #key: string;
  readonly #sample: Sample | undefined;

  constructor(key: string, sample: Sample | undefined) {
    this.#key = key;
    this.#sample = sample;
  }

  #number(name: 'value' | 'lower' | 'upper' | 'reference' | 'coverage'): number {
    const found = this.#sample?.status === 'ok' ? this.#sample[name] : null;
    if (found !== null) return found;
    const why = this.#sample?.reason || this.status.replace('_', ' ');
    throw new NoDataError(`${this.#key} has no ${name}${this.#sample?.status === 'ok' ? '' : `: ${why}`}`);
  }

  get value(): number {
    return this.#number('value');
  }
  get lower(): number {
    return this.#number('lower');
  }
  get upper(): number {
    return this.#number('upper');
  }
  get reference(): number {
    return this.#number('reference');
  }
  get coverage(): number {
    return this.#number('coverage');
  }
  get n(): bigint {
    return BigInt(Math.round(this.#sample?.n ?? 0));
  }
  get status(): string {
    return this.#sample?.status ?? 'no_data';
  }
}

class Window {
  readonly start: Date;
  readonly end: Date;
  readonly hours: number;

  constructor(start: number, end: number) {
    this.start = new Date(start);
    this.end = new Date(end);
    this.hours = (end - start) / 3_600_000;
  }
}

class Model {
  readonly name: string;
  readonly task: string;
  readonly owner: string;
  readonly labels: Record<string, string>;

  constructor({ name, task, owner = '', labels }: ExpressionInput['model']) {
    this.name = name;
    this.task = task;
    this.owner = owner;
    this.labels = labels;
  }
}

const double = 'double';
const environment = new Environment({ limits: LIMITS })
  .registerType('Measured', {
    ctor: Measured,
    fields: {
      ...{ value: double, lower: double, upper: double, reference: double, coverage: double },
      ...{ n: 'int', status: 'string' },
    },
  })
  .registerType('Window', {
    ctor: Window,
    fields: { start: 'google.protobuf.Timestamp', end: 'google.protobuf.Timestamp', hours: double },
  })
  .registerType('Model', {
    ctor: Model,
    fields: { name: 'string', task: 'string', owner: 'string', labels: 'map<string, string>' },
  })
  .registerVariable('m', 'map<string, Measured>')
  .registerVariable('window', 'Window')
  .registerVariable('model', 'Model');
// CEL wants 2.0 where a person writes 2.
const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
for (const [sign, compute] of Object.entries(ARITHMETIC)) {
  for (const types of [`double ${sign} int`, `int ${sign} double`]) {
    environment.registerOperator(`${types}: double`, (a: unknown, b: unknown) => compute(Number(a), Number(b)));
  }
}

const MOST_CACHED = 2_000;
const cache = new Map<string, Expression>();

/**
 * An expression that is true where it is bad, parsed and checked for its types.
 * @throws ExpressionError which says what is wrong with it.
 */
export function parseExpression(text: string): Expression {
  const known = cache.get(text);
  if (known) return known;
  const parsed = parse(text);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(text, parsed);
  return parsed;
}

function parse(text: string): Expression {
  const run = parseText(text);
  const { valid, type, error } = run.check();
  if (!valid) throw new ExpressionError(summaryOf(error));
  if (type !== 'bool' && type !== 'dyn')
    throw new ExpressionError(`is a ${type}; it has to be true or false, such as a comparison`);
  const refs = new Map<string, MetricRef>();
  collect(run.ast, refs, false);
  if (refs.size === 0) throw new ExpressionError('looks at no metric; one is m["roc_auc"].value');
  return {
    refs: [...refs.values()],
    evaluate({ measurements, windowStart, windowEnd, model }) {
      const context = {
        m: new Map([...refs.keys()].map((key) => [key, new Measured(key, measurements.get(key))])),
        window: new Window(windowStart, windowEnd),
        model: new Model(model),
      };
      try {
        const result: unknown = run(context);
        if (typeof result !== 'boolean') return { verdict: 'error', why: `the expression gave ${typeof result}` };
        return { verdict: result ? 'breach' : 'clear', why: `${said(measurements)}: the expression is ${result}` };
      } catch (error) {
        if (error instanceof NoDataError) return { verdict: 'no_data', why: error.message };
        return { verdict: 'error', why: `the expression failed: ${summaryOf(error)}` };
      }
    },
  };
}

function parseText(text: string) {
  try {
    return environment.parse(text);
  } catch (error) {
    throw new ExpressionError(summaryOf(error));
  }
}

/** The first line of what the library says; the rest draws the expression. */
function summaryOf(error: unknown): string {
  const { message, range } = (error ?? {}) as { message?: string; range?: { start: number } };
  const line = plain((message ?? 'it cannot be read').split('\n')[0]!, 200);
  return range ? `${line} (at character ${range.start + 1})` : line;
}

/** Walks the tree for what it looks up, and refuses what could take long. */
function collect(node: unknown, refs: Map<string, MetricRef>, looping: boolean): void {
  if (Array.isArray(node)) {
    for (const part of node) collect(part, refs, looping);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args } = node as ASTNode;
  if (op === 'id' && args === 'm')
    throw new ExpressionError('takes the name of a metric as a text: m["roc_auc"], not a name that is computed');
  if (op === '[]' && isMetrics(args)) {
    const key = args[1].args;
    refs.set(key, metricRef(key));
    return;
  }
  const called = (op === 'rcall' || op === 'call') && Array.isArray(args) ? String(args[0]) : '';
  if (called === 'matches') throw new ExpressionError('may not use matches(): take startsWith, endsWith or contains');
  const loops = op === 'rcall' && LOOPS.includes(called);
  if (loops && looping) throw new ExpressionError(`may not use ${called}() within another of ${LOOPS.join(', ')}`);
  collect(args, refs, looping || loops);
}

function isMetrics(args: unknown): args is [ASTNode, { args: string }] {
  if (!Array.isArray(args)) return false;
  const [of, key] = args as ASTNode[];
  return of?.op === 'id' && of.args === 'm' && key?.op === 'value' && typeof key.args === 'string';
}

function metricRef(key: string): MetricRef {
  const [, metric = '', column = '', slice = ''] = /^(\S+?)(?: of (.+?))?(?: where (.+))?$/.exec(key) ?? [];
  if (metric === '')
    throw new ExpressionError(`"${key}" names no metric; it is METRIC, with " of COLUMN" and " where SLICE" if wanted`);
  return { key, metric, column, slice };
}

/** The numbers that it went by. */
function said(measurements: ReadonlyMap<string, Pick<Measurement, 'value'>>): string {
  const numbers = [...measurements].map(([key, { value }]) => `${key} is ${value === null ? 'missing' : value}`);
  return numbers.length === 0 ? 'nothing was measured' : numbers.join(', ');
}
