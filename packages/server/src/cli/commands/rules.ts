import { writeFile } from 'node:fs/promises';
import { type Alert, LeewayError, type Measurement } from '@leeway/contract';
import type { Command } from 'commander';
import { type AddCommand, type GlobalOptions, serverCommand } from '../command.ts';
import { EXIT, printJson } from '../io.ts';

interface TestFlags extends GlobalOptions {
  run?: string;
  junit?: string;
  update?: boolean;
}

export const addRuleCommands: AddCommand = (program) => {
  const rules = program.command('rules').description('test rules as code').exitOverride();
  addTestCommand(rules);
  addExportCommand(rules);
  serverCommand<[string], { config: string }>(
    rules,
    'record <alert>',
    'write a test of what was measured around an alert, expecting what the rules make of it',
    'leeway rules record alert_01kq3v9r2x7d5m8t --config leeway.yaml > incident.test.yaml',
    (command) => command.option('--config <file>', 'configuration that the test is about', 'leeway.yaml'),
    async (api, [id], { config, json }) => {
      const { alert } = await api.get<{ alert: Alert }>(`/alerts/${encodeURIComponent(id)}`);
      const query = { column: '*', slice: '*', revisions: 'all', from: '1970-01-01' };
      const path = `/models/${encodeURIComponent(alert.model)}/measurements`;
      const { measurements } = await api.get<{ measurements: Measurement[] }>(path, query);
      const [{ PLUGINS }, { recordTest }] = await Promise.all([
        import('../../app/app.ts'),
        import('../../alerting/rules-test/record-test.ts'),
      ]);
      const text = await recordTest({ alert, config, folder: process.cwd(), measurements }, PLUGINS);
      if (json) printJson({ test: text });
      else process.stdout.write(text);
    },
  );
};

function addExportCommand(rules: Command): void {
  rules
    .command('export')
    .argument('[file]', 'configuration', 'leeway.yaml')
    .description('write the rules as rules of Prometheus over `GET /metrics`, as far as they can be said there')
    .option('--format <name>', 'prometheus, the only one', 'prometheus')
    .option('--json', 'print JSON with what is left out, too')
    .addHelpText('after', '\nExample:\n  leeway rules export leeway.yaml > leeway-models.rules.yml')
    .exitOverride()
    .action(async (file: string, _options, self: Command) => {
      const { format, json } = self.optsWithGlobals<GlobalOptions & { format: string }>();
      if (format !== 'prometheus')
        throw new LeewayError('invalid_request', `--format: expected prometheus, got "${format}"`);
      const [{ PLUGINS }, { checkConfig, readConfig }, { exportRules }, { stringify }] = await Promise.all([
        import('../../app/app.ts'),
        import('../../config/load.ts'),
        import('../../metrics/export-rules.ts'),
        import('yaml'),
      ]);
      const { models } = await checkConfig(await readConfig(file), PLUGINS, process.env);
      const found = exportRules(models);
      if (json) return printJson(found);
      process.stdout.write(stringify({ groups: found.groups }));
      for (const { model, rule, why } of found.left)
        process.stderr.write(`left with Leeway: ${model} ${rule}: ${why}\n`);
    });
}

function addTestCommand(rules: Command): void {
  rules
    .command('test')
    .argument('<files...>', 'YAML with measurements, and the alerts and messages that are expected')
    .description('run tests of rules without a server; exit status 1 if one fails')
    .option('--run <text>', 'only tests whose name contains this')
    .option('--junit <file>', 'write JUnit XML')
    .option('--update', 'write the golden files that tests name anew')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  leeway rules test rules.test.yaml --junit rules.xml')
    .exitOverride()
    .action(async (files: string[], _options, self: Command) =>
      runTestCommand(files, self.optsWithGlobals<TestFlags>()),
    );
}

async function runTestCommand(files: readonly string[], { run, junit, update, json }: TestFlags): Promise<void> {
  const [{ PLUGINS }, { readTests }, { runTests }, { renderResult, renderTestJunit }] = await Promise.all([
    import('../../app/app.ts'),
    import('../../alerting/rules-test/test-file.ts'),
    import('../../alerting/rules-test/run-tests.ts'),
    import('../../alerting/rules-test/render-results.ts'),
  ]);
  const color = process.stdout.isTTY === true;
  const results = [];
  for (const path of files) {
    const onResult = (result: Parameters<typeof renderResult>[0]) => {
      if (!json) process.stdout.write(renderResult(result, { color }));
    };
    results.push(...(await runTests(await readTests(path), { plugins: PLUGINS, run, update, onResult })));
  }
  const failed = results.filter(({ passed }) => !passed).length;
  if (results.length === 0) throw new LeewayError('bad_option', `--run: no test has "${run}" in its name`);
  if (junit !== undefined) {
    await writeFile(junit, renderTestJunit(results)).catch((error: NodeJS.ErrnoException) => {
      throw new LeewayError('bad_option', `${junit} cannot be written: ${error.code ?? error.message}`, {
        cause: error,
      });
    });
  }
  if (json) printJson({ tests: results.length, failed, results });
  else process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = EXIT.no;
}
