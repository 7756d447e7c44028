import type { ColumnType, PreprocessingConfig, PreprocessingStep } from '@leeway/contract';

/** The columns on their way through the steps, in order, each with its type. */
export type Columns = ReadonlyMap<string, ColumnType>;

/** A step that cannot be done to these columns. */
export class StepMistake extends Error {
  readonly step: number;
  constructor(step: number, message: string) {
    super(message);
    this.step = step;
  }
}

type Kind = 'number' | 'text' | 'vector';
export const kindOf = (type: ColumnType): Kind =>
  type === 'vector' ? 'vector' : type === 'categorical' || type === 'text' ? 'text' : 'number';

/** What a step can be done to. */
function allowed(step: PreprocessingStep): readonly Kind[] {
  switch (step.do) {
    case 'impute':
      if (step.with === 'mode') return ['number', 'text'];
      return step.with === 'constant' ? [typeof step.value === 'string' ? 'text' : 'number'] : ['number'];
    case 'one_hot':
    case 'ordinal':
      return ['text'];
    case 'drop':
    case 'rename':
      return ['number', 'text', 'vector'];
    default:
      return ['number'];
  }
}

export const namesOf = (step: PreprocessingStep): string[] =>
  step.do === 'rename' ? Object.keys(step.names) : step.columns;

/**
 * The columns after a step; `seen` gives the values that a one-hot step has a column for, which only the rows tell.
 * @throws StepMistake
 */
export function columnsAfter(
  columns: Columns,
  step: PreprocessingStep,
  at: number,
  seen: (column: string) => readonly string[],
): Map<string, ColumnType> {
  for (const name of namesOf(step)) {
    const type = columns.get(name);
    if (type === undefined) {
      throw new StepMistake(at, `there is no column "${name}" here; there are ${[...columns.keys()].join(', ')}`);
    }
    if (!allowed(step).includes(kindOf(type))) {
      throw new StepMistake(at, `${step.do} cannot be done to "${name}", which is ${type}`);
    }
  }
  const named = new Set(namesOf(step));
  const next = new Map<string, ColumnType>();
  for (const [name, type] of columns) {
    if (!named.has(name)) add(next, name, type, at);
    else if (step.do === 'rename') add(next, step.names[name]!, type, at);
    else if (step.do === 'one_hot') for (const value of seen(name)) add(next, oneHotName(name, value), 'numeric', at);
    else if (step.do !== 'drop') add(next, name, step.do === 'impute' ? type : 'numeric', at);
  }
  if (next.size === 0 && step.do === 'drop') throw new StepMistake(at, 'no column is left');
  return next;
}

function add(columns: Map<string, ColumnType>, name: string, type: ColumnType, at: number): void {
  if (columns.has(name)) throw new StepMistake(at, `two columns would be called "${name}"`);
  columns.set(name, type);
}

export const oneHotName = (column: string, value: string): string => `${column}=${value}`;

/** The first mistake of a preprocessing, before any row was seen; null where there is none. */
export function preprocessingMistake(features: Columns, { steps }: PreprocessingConfig): StepMistake | null {
  let columns = features;
  try {
    for (const [i, step] of steps.entries()) columns = columnsAfter(columns, step, i, () => ['VALUE']);
    return null;
  } catch (error) {
    if (error instanceof StepMistake) return error;
    throw error;
  }
}
