import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type Config, LeewayError, type ModelConfig } from '@leeway/contract';
import type { Plugins } from '../../config/check-references.ts';
import { checkConfig, rawDocument, readConfig } from '../../config/load.ts';
import { iso } from '../../platform/clock.ts';
import { toArrivals } from '../backtest/arrivals.ts';
import { type Failure, judgeTest, type Look, wholeOf } from './judge-test.ts';
import { measurementsOf } from './measured-windows.ts';
import { playTest } from './play-test.ts';
import type { ReadTests, RuleTest } from './test-file.ts';

export interface TestResult {
  file: string;
  name: string;
  passed: boolean;
  failures: Failure[];
  milliseconds: number;
}

export interface RunOptions {
  plugins: Plugins;
  /** Only tests whose name contains this. */
  run?: string | undefined;
  /** Write golden files anew instead of comparing. */
  update?: boolean | undefined;
  onResult?: (result: TestResult) => void;
}

/** Runs the tests of a file, one after the other. @throws LeewayError where file or configuration cannot be used. */
export async function runTests(file: ReadTests, { plugins, run, update, onResult }: RunOptions): Promise<TestResult[]> {
  const config = await configOf(file, plugins);
  const results: TestResult[] = [];
  for (const test of file.tests) {
    if (run !== undefined && !test.name.includes(run)) continue;
    const began = performance.now();
    const failures = await runTest(config, file, test, update === true);
    const milliseconds = Math.round(performance.now() - began);
    const result = { file: file.path, name: test.name, passed: failures.length === 0, failures, milliseconds };
    onResult?.(result);
    results.push(result);
  }
  return results;
}

async function runTest(config: Config, { folder }: ReadTests, test: RuleTest, update: boolean): Promise<Failure[]> {
  const model = testedModel(config, test);
  const looks = looksOf(model, test);
  const played = await playTest(
    config,
    model,
    test,
    looks.map(({ at }) => at),
  );
  const goldens = new Map<string, string>();
  for (const [i, { golden }] of (test.messages ?? []).entries()) {
    if (golden === undefined) continue;
    const path = isAbsolute(golden) ? golden : join(folder, golden);
    const message = played.messages[i];
    if (update && message) await writeFile(path, wholeOf(message));
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) goldens.set(golden, text);
  }
  return judgeTest(test, looks, played, goldens);
}

export function testedModel(config: Config, { name, model }: Pick<RuleTest, 'name' | 'model'>): ModelConfig {
  const found = model === undefined && config.models.length === 1 ? config.models[0] : undefined;
  const wanted = found ?? config.models.find((candidate) => candidate.name === model);
  if (wanted) return wanted;
  const known = config.models.map((candidate) => candidate.name).join(', ');
  throw new LeewayError('rule_test_invalid', `test "${name}": there is no model "${model ?? ''}"; there are ${known}`);
}

/** When the alerts are looked at: right after a window was first measured, or at the time that is said. */
function looksOf(model: ModelConfig, test: RuleTest): Look[] {
  const first = Date.parse(test.start);
  const arrivals = toArrivals(measurementsOf(model, test));
  return test.alerts.map(({ window, at, expect }) => {
    if (at !== undefined) return { at: Date.parse(at), what: `at ${iso(Date.parse(at))}`, expect };
    // The longest wait of the window's own series, without their revisions.
    const times = arrivals.flatMap(({ windowStart, windowEnd, measurements }) =>
      windowStart === first + (window! - 1) * (windowEnd - windowStart)
        ? measurements.filter(({ revision }) => revision === 0).map(({ computedAt }) => Date.parse(computedAt))
        : [],
    );
    if (times.length === 0) {
      throw new LeewayError(
        'rule_test_invalid',
        `test "${test.name}": window ${window} has no measurement; say \`at\``,
      );
    }
    return { at: Math.max(...times), what: `after window ${window}`, expect };
  });
}

/** The configuration that is tested. Secrets are no part of a test: what `env` does not say is made up. */
export async function configOf(
  { config, env, folder }: Pick<ReadTests, 'config' | 'env' | 'folder'>,
  plugins: Plugins,
): Promise<Config> {
  const raw =
    typeof config === 'string'
      ? await readConfig(isAbsolute(config) ? config : join(folder, config))
      : rawDocument({ apiVersion: 'leeway/v1', ...config });
  const made = new Proxy(env, {
    get: (given, name) => (typeof name === 'string' ? (given[name] ?? madeUp(name)) : undefined),
  });
  return checkConfig(raw, plugins, made);
}

/** A value that looks like what the name says. */
function madeUp(name: string): string {
  if (/PORT/i.test(name)) return '2525';
  if (/URL|HOOK|ENDPOINT|ADDRESS/i.test(name) && !/SECRET|TOKEN|KEY/i.test(name))
    return 'https://example.org/not-known-here';
  if (/SECRET/i.test(name)) return `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  return 'not-known-here';
}
