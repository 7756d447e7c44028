/** What a value did: nothing, the detector has begun to suspect a change, or it found one. */
export type DetectorLevel = 'none' | 'warning' | 'drift';

/** What a parameter may be. Numbers have bounds, a boolean has none, a text is one of `values`. */
export interface DetectorParameter<V extends ParameterValue = ParameterValue> {
  default: V;
  description: string;
  integer?: boolean;
  /** Smallest value that is allowed. */
  minimum?: number;
  /** The value must lie above this. */
  above?: number;
  maximum?: number;
  /** The value must lie below this. */
  below?: number;
  values?: readonly string[];
}

export type ParameterValue = number | string | boolean;
export type ParameterValues = Record<string, ParameterValue>;

/**
 * Where a detector stands: plain JSON without NaN or Infinity. Written, read and gone on with, it answers as if nothing had
 * happened. `update` changes it in place.
 */
export interface DetectorState<S extends object = object> {
  detector: string;
  parameters: ParameterValues;
  /** Values taken in since the beginning, the skipped ones not among them. */
  n: number;
  /** Values that were no answer: missing, infinite, beyond 1e140 in size, or neither 0 nor 1 for a detector of errors. */
  skipped: number;
  /** What the detector knows since its last drift. */
  since: S;
}

/** A streaming change detector. One is one file and one line in the registry. */
export interface Detector<S extends object = object> {
  /** Stable; never renamed. */
  id: string;
  label: string;
  /** `error`: a stream of 0 and 1, where 1 is a mistake of the model. `number`: any numbers. */
  input: 'error' | 'number';
  /** Whether it knows a zone of warning before a drift. */
  warns: boolean;
  /** Named as in River, so that values carry over. */
  parameters: Record<string, DetectorParameter>;
  /** Citation. */
  reference: string;
  /**
   * A detector that has seen nothing.
   *
   * @throws RangeError when a parameter is unknown or not allowed; the message says what is.
   */
  create(parameters?: ParameterValues): DetectorState<S>;
  /**
   * Takes in one value, **changing the state in place**, and says what it did. After a drift the detector has begun anew.
   * A value that is none (NaN, infinite, beyond 1e140) is counted as skipped and changes nothing else.
   */
  update(state: DetectorState<S>, value: number): DetectorLevel;
}

/** What a detector's file says; the rest is the same for all. */
interface Definition<P extends ParameterValues, S extends object> {
  id: string;
  label: string;
  input: 'error' | 'number';
  warns?: boolean;
  parameters: { [K in keyof P]: DetectorParameter<P[K]> };
  reference: string;
  /** What is wrong between parameters that are each allowed, if anything. */
  conflict?(parameters: P): string | null;
  start(parameters: P): S;
  step(since: S, value: number, parameters: P): DetectorLevel;
  /** What is known after a drift; by default nothing. */
  afterDrift?(since: S, parameters: P): S;
}

/** Squares of larger numbers, added up over a long stream, would not stay finite. */
const LARGEST = 1e140;

export function defineDetector<P extends ParameterValues, S extends object>(definition: Definition<P, S>): Detector<S> {
  const { id, label, input, warns = false, parameters, reference, conflict, start, step } = definition;
  const afterDrift = definition.afterDrift ?? ((_: S, values: P) => start(values));
  const onlyErrors = input === 'error';
  return {
    ...{ id, label, input, warns, parameters, reference },
    create(given = {}) {
      const values = checkedParameters(id, parameters, given) as P;
      const problem = conflict?.(values);
      if (problem) throw new RangeError(`${id}: ${problem}.`);
      return { detector: id, parameters: values, n: 0, skipped: 0, since: start(values) };
    },
    update(state, value) {
      // Written so that NaN fails.
      if (!(onlyErrors ? value === 0 || value === 1 : value <= LARGEST && value >= -LARGEST)) {
        state.skipped++;
        return 'none';
      }
      state.n++;
      const level = step(state.since, value, state.parameters as P);
      if (level === 'drift') state.since = afterDrift(state.since, state.parameters as P);
      return level;
    },
  };
}

function checkedParameters(
  id: string,
  known: Record<string, DetectorParameter>,
  given: ParameterValues,
): ParameterValues {
  const values: ParameterValues = {};
  for (const [name, parameter] of Object.entries(known)) values[name] = parameter.default;
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!parameter) throw new RangeError(`${id} has no parameter "${name}": it has ${Object.keys(known).join(', ')}.`);
    if (!isAllowed(parameter, value)) {
      throw new RangeError(`${id}: ${name} must be ${expected(parameter)}, got ${JSON.stringify(value)}.`);
    }
    values[name] = value;
  }
  return values;
}

function isAllowed(parameter: DetectorParameter, value: ParameterValue): boolean {
  if (typeof value !== typeof parameter.default) return false;
  if (parameter.values) return parameter.values.includes(value as string);
  if (typeof value !== 'number') return true;
  const { integer, minimum = -LARGEST, maximum = LARGEST, above = -Infinity, below = Infinity } = parameter;
  return (
    value >= minimum && value <= maximum && value > above && value < below && (!integer || Number.isInteger(value))
  );
}

function expected({ default: usual, values, integer, minimum, above, maximum, below }: DetectorParameter): string {
  if (values) return `one of ${values.join(', ')}`;
  if (typeof usual === 'boolean') return 'true or false';
  const bounds = [
    minimum === undefined ? '' : `at least ${minimum}`,
    above === undefined ? '' : `above ${above}`,
    maximum === undefined ? '' : `at most ${maximum}`,
    below === undefined ? '' : `below ${below}`,
  ].filter((bound) => bound !== '');
  return `${integer ? 'a whole number' : 'a number'}${bounds.length === 0 ? '' : ` ${bounds.join(' and ')}`}`;
}
