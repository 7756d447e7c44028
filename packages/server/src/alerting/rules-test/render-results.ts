import { createColors } from 'picocolors';
import { escaped } from '../../check/render/junit.ts';
import type { Failure } from './judge-test.ts';
import type { TestResult } from './run-tests.ts';

const MOST_LINES = 60;

/** A result for a terminal: a line, and what differs below it. Pure. */
export function renderResult(
  { name, passed, failures, milliseconds }: TestResult,
  { color }: { color: boolean },
): string {
  const c = createColors(color);
  const mark = passed ? c.green('✓') : c.red('✗');
  const lines = [`${mark} ${passed ? name : c.bold(name)} ${c.dim(`${milliseconds} ms`)}`];
  for (const failure of failures) {
    lines.push(`  ${failure.what}  ${c.red('- expected')}  ${c.green('+ came')}`);
    for (const [sign, text] of diffOf(failure).slice(0, MOST_LINES)) {
      const line = `    ${sign} ${text}`;
      lines.push(sign === '-' ? c.red(line) : sign === '+' ? c.green(line) : c.dim(line));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Lines that both have, that were expected only (-) and that came only (+): by the longest common subsequence. */
export function diffOf({ expected, got }: Pick<Failure, 'expected' | 'got'>): [sign: ' ' | '-' | '+', text: string][] {
  if (expected.length === 0)
    return got.length === 0 ? [] : [['-', '(nothing)'], ...got.map((text): ['+', string] => ['+', text])];
  if (got.length === 0) return [...expected.map((text): ['-', string] => ['-', text]), ['+', '(nothing)']];
  const common: number[][] = Array.from(
    { length: expected.length + 1 },
    () => Array(got.length + 1).fill(0) as number[],
  );
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let j = got.length - 1; j >= 0; j--) {
      common[i]![j] =
        expected[i] === got[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: [' ' | '-' | '+', string][] = [];
  for (let i = 0, j = 0; i < expected.length || j < got.length; ) {
    if (i < expected.length && j < got.length && expected[i] === got[j]) {
      lines.push([' ', expected[i]!]);
      i += 1;
      j += 1;
    } else if (j >= got.length || (i < expected.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(['-', expected[i]!]);
      i += 1;
    } else {
      lines.push(['+', got[j]!]);
      j += 1;
    }
  }
  return lines;
}

/** JUnit XML, a suite for each file. Pure. */
export function renderTestJunit(results: readonly TestResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) => {
    const own = results.filter((result) => result.file === file);
    const cases = own.map(({ name, failures, milliseconds }) => {
      const open = `    <testcase classname="leeway.rules" name="${escaped(name)}" time="${(milliseconds / 1000).toFixed(3)}"`;
      if (failures.length === 0) return `${open}/>`;
      const text = failures.map((failure) =>
        [failure.what, ...diffOf(failure).map((line) => line.join(' '))].join('\n'),
      );
      return `${open}>\n      <failure message="${escaped(failures.map(({ what }) => what).join('; '))}">${escaped(text.join('\n\n'))}</failure>\n    </testcase>`;
    });
    const failed = own.filter(({ passed }) => !passed).length;
    const seconds = own.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
    return `  <testsuite name="${escaped(file)}" tests="${own.length}" failures="${failed}" errors="0" skipped="0" time="${seconds.toFixed(3)}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="leeway rules test">\n${suites.join('\n')}\n</testsuites>\n`;
}
