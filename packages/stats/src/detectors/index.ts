import { adwin } from './adwin.ts';
import { bocd } from './bocd.ts';
import { cusum } from './cusum.ts';
import { ddm } from './ddm.ts';
import type { Detector, DetectorState, ParameterValues } from './detector.ts';
import { eddm } from './eddm.ts';
import { ewma } from './ewma.ts';
import { fhddm } from './fhddm.ts';
import { hddmA } from './hddm-a.ts';
import { hddmW } from './hddm-w.ts';
import { kswin } from './kswin.ts';
import { pageHinkley } from './page-hinkley.ts';
import { rddm } from './rddm.ts';
import { shewhart } from './shewhart.ts';
import { stepd } from './stepd.ts';

/** Every streaming change detector. Config values, CLI listings and docs are made from this list. */
export const detectors: readonly Detector[] = [
  adwin,
  ddm,
  eddm,
  hddmA,
  hddmW,
  pageHinkley,
  kswin,
  cusum,
  ewma,
  shewhart,
  fhddm,
  rddm,
  stepd,
  bocd,
].map((detector) => detector as Detector);

/** @throws RangeError when no detector has the id. */
export function detector(id: string): Detector {
  const found = detectors.find((candidate) => candidate.id === id);
  if (found) return found;
  throw new RangeError(
    `Unknown detector "${id}": use one of ${detectors.map((candidate) => candidate.id).join(', ')}.`,
  );
}

/**
 * The state of a detector from what was written of it, so that it goes on with the same answers. The copy is deep: what was
 * given stays as it is.
 *
 * @throws RangeError when this is no state of a detector: another shape, unknown parameters, numbers that are none.
 */
export function restoreDetector(saved: unknown): DetectorState {
  const { detector: id, parameters } = (saved ?? {}) as Partial<DetectorState>;
  if (typeof id !== 'string') throw new RangeError('This is no state of a detector: it names none.');
  const fresh = detector(id).create(parameters as ParameterValues);
  if (!isLike(fresh, saved))
    throw new RangeError(`This is no state of ${id}: it lacks something, or holds what it must not.`);
  return Object.assign(fresh, copyOf(saved as DetectorState));
}

/** Whether a value has the shape of the pattern: the same keys, the same kinds, arrays of finite numbers. */
function isLike(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return Array.isArray(value) && value.every((item) => Number.isFinite(item));
  if (typeof pattern === 'number') return Number.isFinite(value);
  if (typeof pattern !== 'object' || pattern === null) return typeof value === typeof pattern;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(pattern);
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => Object.hasOwn(value, key) && isLike(pattern[key as never], value[key as never]))
  );
}

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
