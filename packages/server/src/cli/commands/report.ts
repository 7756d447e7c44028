import { writeFile } from 'node:fs/promises';
import { type AlertsReview, durationMs, type RulesReview, type Suggestion } from '@leeway/contract';
import pc from 'picocolors';
import { lengthText, remarkText, reviewHtml, reviewMarkdown } from '../../alerting/review/render-review.ts';
import { formatShare } from '../../notify/format.ts';
import type { Api } from '../api.ts';
import { type AddCommand, serverCommand } from '../command.ts';
import { note, print, printJson, table } from '../io.ts';

interface SpanOptions {
  since: string;
  model?: string;
  zone?: string;
}

/** What alerts were worth, for the people who own them. */
export const addReportCommands: AddCommand = (program) => {
  const report = program
    .command('report')
    .description('what alerts were worth, and what would be better')
    .exitOverride();
  serverCommand<[], SpanOptions>(
    report,
    'noise*',
    'every rule with its alerts, messages and verdicts, the noisiest first',
    'leeway report noise --since 4w',
    (command) =>
      command
        .option('--since <duration>', 'how far to look back', '4w')
        .option('--model <name>', 'one model only')
        .option('--zone <zone>', 'by whose clock it is after hours'),
    async (api, _args, { json, ...options }) => {
      const found = await api.get<RulesReview>('/review/rules', await spanOf(api, options));
      if (json) return printJson(found);
      print(
        table(found.rules, [
          { title: 'MODEL', value: (rule) => rule.model },
          { title: 'RULE', value: (rule) => rule.rule },
          { title: 'ALERTS', value: (rule) => String(rule.alerts), align: 'right' },
          { title: 'MESSAGES', value: (rule) => String(rule.messages), align: 'right' },
          { title: 'AFTER HOURS', value: (rule) => String(rule.afterHours), align: 'right' },
          { title: 'USEFUL', value: ({ verdicts }) => String(verdicts.useful), align: 'right' },
          {
            title: 'NOISE',
            value: (rule) => (rule.noiseShare === null ? '' : formatShare(rule.noiseShare)),
            align: 'right',
          },
          { title: 'TO TAKE', value: (rule) => lengthText(rule.timeToAcknowledge), align: 'right' },
          { title: 'TO END', value: (rule) => lengthText(rule.timeToResolve), align: 'right' },
          { title: 'BY ITSELF', value: (rule) => String(rule.resolvedByThemselves), align: 'right' },
          { title: 'IN ALARM', value: (rule) => formatShare(rule.timeInAlarm), align: 'right' },
          { title: 'REMARKS', value: (rule) => pc.yellow(remarkText(rule)) },
        ]),
      );
    },
  );
  serverCommand<[], SpanOptions & { html?: string }>(
    report,
    'review',
    'alerts of the last days with verdicts, owners and comments, in Markdown',
    'leeway report review --since 7d --html review.html',
    (command) =>
      command
        .option('--since <duration>', 'how far to look back', '7d')
        .option('--model <name>', 'one model only')
        .option('--zone <zone>', 'by whose clock it is after hours')
        .option('--html <file>', 'write it as a page'),
    async (api, _args, { json, html, ...options }) => {
      const found = await api.get<AlertsReview>('/review/alerts', await spanOf(api, options));
      if (html !== undefined) {
        await writeFile(html, reviewHtml(found));
        note(`written to ${html}`);
      }
      if (json) printJson(found);
      else if (html === undefined) print(reviewMarkdown(found));
    },
  );
  serverCommand<[string], { rule?: string; since: string }>(
    report,
    'suggest <model>',
    'look for thresholds that tell what was useful and less of what was noise; nothing is changed',
    'leeway report suggest flights-late --rule input-drift',
    (command) =>
      command.option('--rule <name>', 'one rule only').option('--since <duration>', 'how far to look back', '12w'),
    async (api, [model], { rule, since, json }) => {
      const { from } = await spanOf(api, { since });
      const found = await api.post<{ suggestions: Suggestion[]; none: { rule: string; reason: string }[] }>(
        '/review/suggestions',
        { model, from, ...(rule === undefined ? {} : { rule }) },
      );
      if (json) return printJson(found);
      for (const suggestion of found.suggestions) print(suggestionText(suggestion));
      for (const { rule: name, reason } of found.none) print(pc.dim(`${name}: ${reason}`));
    },
  );
  serverCommand<[string], object>(
    report,
    'apply <suggestion>',
    'set what was suggested, as a revision of the configuration',
    'leeway report apply suggestion_01kq3v9r2x7d5m8t',
    (command) => command,
    async (api, [id], { json }) => {
      const applied = await api.post<Suggestion>(`/review/suggestions/${encodeURIComponent(id)}/apply`, {});
      if (json) return printJson(applied);
      print(`applied; write it into your file too, or the next start takes it back:\n${applied.yaml}`);
    },
  );
};

/** The span, by the clock of the server. */
async function spanOf(api: Api, { since, model, zone }: SpanOptions): Promise<Record<string, string | undefined>> {
  const { now } = await api.get<{ now: string }>('/status');
  return { from: new Date(Date.parse(now) - durationMs(since)).toISOString(), model, zone };
}

function suggestionText({ id, rule, yaml, before, after, delay, warnings }: Suggestion): string {
  const later = delay ? `; useful ones fire ${lengthText(delay)} later` : '';
  return [
    `${pc.bold(rule)}  ${pc.dim(id)}`,
    `  useful ${before.useful} to ${after.useful}, noise ${before.noise} to ${after.noise}, alerts ${before.alerts} to ${after.alerts}${later}`,
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    ...warnings.map((warning) => `  ${pc.yellow(warning)}`),
  ].join('\n');
}
