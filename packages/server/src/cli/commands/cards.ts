import { writeFile } from 'node:fs/promises';
import { LeewayError, type Lesson, type ModelCard, type Runbook } from '@leeway/contract';
import { Option } from 'commander';
import pc from 'picocolors';
import { cardHtml } from '../../cards/card-html.ts';
import { cardBody, cardMarkdown } from '../../cards/card-markdown.ts';
import { type AddCommand, serverCommand } from '../command.ts';
import { day, note, print, printJson } from '../io.ts';

const at = (model: string): string => `/models/${encodeURIComponent(model)}`;

export const addCardCommands: AddCommand = (program) => {
  serverCommand<[string, string], { format: 'md' | 'html'; out?: string }>(
    program,
    'card <model> [version]',
    'the model card of a version; default: of the champion',
    'leeway card flights-late v3 --out card.md',
    (command) =>
      command
        .addOption(new Option('--format <format>', 'md or html').choices(['md', 'html']).default('md'))
        .option('--out <file>', 'write it to a file'),
    async (api, [model, version], { format, out, json }) => {
      const card = await api.get<ModelCard>(
        `${at(model)}/versions/${encodeURIComponent(version || (await championOf()))}/card`,
      );
      if (json) return printJson(card);
      if (out !== undefined) {
        await writeFile(out, format === 'html' ? cardHtml(card) : cardMarkdown(card));
        return note(`${out}: the card of ${card.model} ${card.version}`);
      }
      // On a terminal the metadata of the Hub would only be in the way.
      print(format === 'html' ? cardHtml(card) : process.stdout.isTTY ? cardBody(card) : cardMarkdown(card));

      async function championOf(): Promise<string> {
        const { champion } = await api.get<{ champion: string | null }>(at(model));
        if (champion) return champion;
        throw new LeewayError('bad_option', `${model} has no champion yet; name a version: leeway versions ${model}`);
      }
    },
  );

  serverCommand<[string], { rule?: string }>(
    program,
    'runbook <model>',
    'what to do when an alert fires, and what was learnt before',
    'leeway runbook flights-late --rule auc-low',
    (command) => command.option('--rule <name>', 'of this rule too'),
    async (api, [model], { rule, json }) => {
      const query = rule === undefined ? '' : `?rule=${encodeURIComponent(rule)}`;
      const found = await api.get<Runbook>(`${at(model)}/runbook${query}`);
      if (json) printJson(found);
      else print(runbookText(found));
    },
  );

  const lesson = program.command('lesson').description('what was learnt of a model or a rule').exitOverride();
  serverCommand<[string, string], { rule?: string; alert?: string; run?: string }>(
    lesson,
    'add <model> <text>',
    'write down what was learnt, for the next one who is called',
    'leeway lesson add flights-late "The feed of ATL is late on Mondays" --rule rows-missing',
    (command) =>
      command
        .option('--rule <name>', 'rule that it is about; default: the whole model')
        .option('--alert <id>', 'alert from which it was learnt')
        .option('--run <id>', 'run from which it was learnt'),
    async (api, [model, text], { rule, alert, run, json }) => {
      const body = Object.fromEntries(
        Object.entries({ text, rule, alert, run }).filter(([, value]) => value !== undefined),
      );
      const added = await api.post<Lesson>(`${at(model)}/lessons`, body);
      if (json) printJson(added);
      else print(`${pc.green('noted')} ${added.id}`);
    },
  );
};

function runbookText({ model, rule, ofModel, ofRule, lessons }: Runbook): string {
  const parts = [
    ...(ofRule ? [pc.bold(`Rule ${rule}`), ofRule.trim()] : []),
    ...(ofModel ? [pc.bold(`Model ${model}`), ofModel.trim()] : []),
    ...(lessons.length > 0
      ? [
          pc.bold('Lessons'),
          lessons
            .map(
              (one) =>
                `- ${day(one.at)} ${one.actor}${one.rule ? ` (${one.rule})` : ''}: ${one.text.trim().replaceAll('\n', '\n  ')}`,
            )
            .join('\n'),
        ]
      : []),
  ];
  if (parts.length > 0) return parts.join('\n\n');
  return `Nothing is written down for ${model}; set "runbook" in leeway.yaml, or: leeway lesson add ${model} TEXT`;
}
