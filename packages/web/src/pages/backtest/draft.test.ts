import { BacktestRequest, RuleConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import {
  around,
  complaintOf,
  type Draft,
  newDraft,
  readIncidents,
  readNumbers,
  thresholdKey,
  toRequest,
} from './draft.ts';

const rule = RuleConfig.parse({ name: 'calibration', metric: 'calibration_error', above: 0.05, for: 3 });
const NEWEST = Date.parse('2026-06-30T00:00:00.000Z');
const draft = (given: Partial<Draft>): Draft => ({ ...newDraft('calibration'), ...given });

describe('readIncidents', () => {
  it('takes beginning, end and note, one a line', () => {
    const text =
      '# labelled by hand\n2026-05-19 2026-06-10 a feed was late\n2026-06-20T08:00Z\n2026-01-01, 2026-01-03; holidays\n2026-02-01 no end';
    expect(readIncidents(text)).toEqual({
      incidents: [
        { start: '2026-05-19', end: '2026-06-10', note: 'a feed was late' },
        { start: '2026-06-20T08:00Z' },
        { start: '2026-01-01', end: '2026-01-03', note: 'holidays' },
        { start: '2026-02-01', note: 'no end' },
      ],
      mistakes: [],
    });
  });

  it.each(['yesterday', '2026-13-40', '19.05.2026'])('refuses %s', (line) =>
    expect(readIncidents(line)).toEqual({ incidents: [], mistakes: [line] }),
  );
});

describe('readNumbers', () => {
  it.each([
    ['', []],
    ['0.05', [0.05]],
    [' 1, 2; 3  4', [1, 2, 3, 4]],
    ['1, two', null],
  ] as const)('%j', (text, numbers) => expect(readNumbers(text)).toEqual(numbers));
});

describe('around', () => {
  it('gives ascending values, of negative ones too', () => {
    expect(around(0.05)).toEqual([0.025, 0.035, 0.0425, 0.05, 0.0575, 0.07, 0.09]);
    expect(around(-10)).toEqual([-18, -14, -11.5, -10, -8.5, -7, -5]);
    expect(around(0)).toEqual([0]);
  });
});

describe('complaintOf', () => {
  it.each([
    [{}, null],
    [{ incidents: 'soon' }, /No incident: "soon"/],
    [{ threshold: 'high' }, /The threshold/],
    [{ fors: '1, 2.5' }, /whole numbers/],
    [{ for: '0' }, /whole numbers/],
    [{ thresholds: '0.1, x' }, /to try/],
  ] as const)('%j', (given, complaint) => {
    if (complaint === null) expect(complaintOf(draft(given))).toBeNull();
    else expect(complaintOf(draft(given))).toMatch(complaint);
  });
});

describe('toRequest', () => {
  it('asks for the rule alone where nothing is written', () => {
    expect(toRequest(draft({}), rule, NEWEST)).toEqual({ rules: ['calibration'] });
  });

  it('says what the API takes', () => {
    const full = draft({
      ...{ threshold: '0.06', for: '2', days: 30, incidents: '2026-06-01', slack: '1d' },
      ...{ thresholds: '0.04, 0.06', fors: '1 2', holdout: true },
    });
    const request = toRequest(full, rule, NEWEST);
    expect(BacktestRequest.safeParse(request).error).toBeUndefined();
    expect(request).toEqual({
      rules: ['calibration'],
      set: { calibration: { above: 0.06, for: 2 } },
      from: '2026-05-31T00:00:00.000Z',
      ...{ incidents: [{ start: '2026-06-01' }], tolerance: '1d', grace: '1d' },
      sweep: { rule: 'calibration', values: { above: [0.04, 0.06], for: [1, 2] } },
      holdout: 0.3,
    });
  });

  it('leaves the threshold of a rule without one alone', () => {
    const learned = RuleConfig.parse({ name: 'odd', metric: 'f1', threshold: {} });
    expect(thresholdKey(learned)).toBeNull();
    expect(toRequest(draft({ threshold: '1', thresholds: '1,2' }), learned, NEWEST)).toEqual({ rules: ['odd'] });
  });
});
