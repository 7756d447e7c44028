import type { CheckResult } from '../result.ts';
import { shownSections } from './sections.ts';
import { figure, pValue, reasonText } from './words.ts';

/** JUnit XML: a test case for each column, each finding and each thing that a section judged. Pure. */
export function renderJunit(result: CheckResult): string {
  const { drift, quality } = result;
  const columns = drift.columns.map((column) => {
    const text = `${column.test} = ${figure(column.statistic)}, threshold ${column.threshold}, p = ${pValue(column.adjusted_p_value)}`;
    const name = `drift of ${column.column}`;
    if (column.drifted === null)
      return testCase('leeway.drift', name, `<skipped message="${escaped(reasonText(column.reason))}"/>`);
    if (!column.drifted) return testCase('leeway.drift', name, '');
    // A test fails where the exit status says "no", so that a pipeline is told one thing.
    return testCase(
      'leeway.drift',
      name,
      drift.verdict === 'drift' ? failure('drift', text) : note(`drifted: ${text}`),
    );
  });
  const whole = testCase(
    'leeway.drift',
    'drift of the whole',
    drift.verdict === 'drift'
      ? failure('drift', result.reasons[0] ?? '')
      : drift.verdict === 'insufficient'
        ? '<skipped message="too few rows to judge"/>'
        : '',
  );
  const findings = quality.map(({ check, column, severity, message }) =>
    testCase(
      'leeway.quality',
      column ? `${check} of ${column}` : check,
      severity === 'finding' ? failure(check, message) : note(message),
    ),
  );
  const others = shownSections(result).map(({ id, cases }) =>
    suite(
      id,
      cases.map(({ name, passed, message }) => testCase(`leeway.${id}`, name, outcome(passed, message))),
    ),
  );
  const suites = [
    suite('drift', [whole, ...columns]),
    suite('quality', findings.length > 0 ? findings : [testCase('leeway.quality', 'data quality', '')]),
    ...others,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="leeway check">\n${suites.join('\n')}\n</testsuites>\n`;
}

function suite(name: string, cases: string[]): string {
  const having = (tag: string) => cases.filter((text) => text.includes(`<${tag} `)).length;
  return `  <testsuite name="${name}" tests="${cases.length}" failures="${having('failure')}" skipped="${having('skipped')}" errors="0">\n${cases.join('\n')}\n  </testsuite>`;
}

function testCase(classname: string, name: string, body: string): string {
  const open = `    <testcase classname="${classname}" name="${escaped(name)}"`;
  return body === '' ? `${open}/>` : `${open}>${body}</testcase>`;
}

function outcome(passed: boolean | null, message: string): string {
  if (passed === null) return `<skipped message="${escaped(message)}"/>`;
  return passed ? '' : failure('finding', message);
}

const failure = (type: string, message: string) => `<failure type="${type}" message="${escaped(message)}"/>`;

const note = (text: string) => `<system-out>${escaped(text)}</system-out>`;

/** For XML; characters that it can't hold are left out. */
export function escaped(text: string): string {
  const allowed = [...text].filter((char) => char >= ' ' || char === '\t' || char === '\n').join('');
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
