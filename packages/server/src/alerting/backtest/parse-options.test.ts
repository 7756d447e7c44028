import { describe, expect, it } from 'vitest';
import { parseChanges, parseShare, parseSweep } from './parse-options.ts';

describe('options of the backtest', () => {
  it('reads ranges, lists and single values', () => {
    expect(parseSweep(['below=0.6:0.7:0.02', 'for=1:3', 'window=1h,1d', 'significant=true,false', 'k=2,3:4'])).toEqual({
      below: [0.6, 0.62, 0.64, 0.66, 0.68, 0.7],
      for: [1, 2, 3],
      window: ['1h', '1d'],
      significant: [true, false],
      k: [2, 3, 4],
    });
  });

  it('reads changes; the last dot parts rule and key', () => {
    expect(parseChanges(['auc-low.below=0.7', 'auc-low.for=2', 'v1.2.above=null'])).toEqual({
      'auc-low': { below: 0.7, for: 2 },
      'v1.2': { above: null },
    });
  });

  it('reads shares', () => {
    expect(['30%', '0.25'].map(parseShare)).toEqual([0.3, 0.25]);
  });

  it.each([
    [() => parseSweep(['below']), 'below=0.6:0.8:0.02'],
    [() => parseSweep(['below=0.8:0.6']), 'FIRST:LAST:STEP'],
    [() => parseSweep(['below=0:1:0.0001']), '1000 steps at most'],
    [() => parseSweep(['below=a:b']), 'FIRST:LAST:STEP'],
    [() => parseChanges(['below=0.7']), 'a rule and its key'],
    [() => parseShare('130%'), 'a share of the time'],
  ])('says what it expects: %s', (parse, message) => {
    expect(parse).toThrow(message);
  });
});
