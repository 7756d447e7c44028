import { durationMs, LeewayError, type MeasurementStatus } from '@leeway/contract';

/** One value of a window as it was known from a moment on. */
export interface SeriesValue {
  /** Milliseconds after it was first measured. */
  after: number;
  status: MeasurementStatus;
  value: number | null;
  /** Half the width of its interval, where it is said. */
  margin?: number;
}

/** A window: its value and, where labels came late, those that took its place. Empty where it was not measured. */
export type SeriesWindow = SeriesValue[];

const MOST_WINDOWS = 5_000;
const TOKEN = /^(?<first>[^x>@]+?)(?<later>(?:>[^>@]+@\d+[smhdw])*)(?:x(?<times>\d+))?$/;

/**
 * Reads a series in its compact form, a word for each window:
 *
 *   0.81        a value
 *   0.81±0.02   a value with half the width of its interval
 *   0.7x5       five windows of the same
 *   _           no data: nothing was predicted
 *   ?           too little data for a value
 *   !           the measurement failed
 *   stale       not measured: the labels that it waits for never came
 *   0.81>0.86@3d   0.81, and 0.86 after labels that came three days later
 *
 * @throws LeewayError `rule_test_invalid` with the word.
 */
export function parseSeries(text: string): SeriesWindow[] {
  const windows: SeriesWindow[] = [];
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const { first = '', later = '', times = '1' } = TOKEN.exec(word)?.groups ?? {};
    const window = first === 'stale' && later === '' ? [] : [readValue(first, word, 0), ...revisionsOf(later, word)];
    if (windows.length + Number(times) > MOST_WINDOWS) throw invalid(word, `${MOST_WINDOWS} windows at most`);
    for (let i = 0; i < Number(times); i++) windows.push(window);
  }
  return windows;
}

function revisionsOf(text: string, word: string): SeriesValue[] {
  let before = 0;
  return text
    .split('>')
    .slice(1)
    .map((part) => {
      const [value = '', after = ''] = part.split('@');
      const revision = readValue(value, word, durationMs(after));
      if (revision.after <= before) throw invalid(word, 'revisions in the order of time, each later than the last');
      before = revision.after;
      return revision;
    });
}

const WITHOUT: Record<string, MeasurementStatus> = { _: 'no_data', '?': 'insufficient', '!': 'error' };

function readValue(text: string, word: string, after: number): SeriesValue {
  const status = WITHOUT[text];
  if (status) return { after, status, value: null };
  const [value, margin] = text.split('±').map((part) => (part === '' ? Number.NaN : Number(part)));
  if (value === undefined || !Number.isFinite(value) || !Number.isFinite(margin ?? 0) || text.split('±').length > 2) {
    throw invalid(word, 'a number, _ (no data), ? (too little), ! (failed) or stale; with x5 for five of it');
  }
  return { after, status: 'ok', value, ...(margin === undefined ? {} : { margin }) };
}

const invalid = (word: string, expected: string): LeewayError =>
  new LeewayError('rule_test_invalid', `"${word}" stands among the values; expected ${expected}`);
