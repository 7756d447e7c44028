import { type ExplainRequest, type Explanation, LeewayError } from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { number, print, printJson } from '../io.ts';

export const addExplainCommand: AddCommand = (program) => {
  serverCommand<[string], { id?: string; row?: string; method: string; of?: string }>(
    program,
    'explain <model>',
    'why the model says what it says of one row',
    'leeway explain flights-late --id f-1042',
    (command) =>
      command
        .option('--id <id>', 'a prediction that is recorded')
        .option('--row <json>', 'a row, as a JSON object with all features')
        .option('--of <version>', 'by this version; default: the one that answered, or the champion')
        .option('--method <method>', 'auto, shap or lime', 'auto'),
    async (api, [model], { id, row, of, method, json }) => {
      const body = {
        method,
        ...(id === undefined ? {} : { id }),
        ...(row === undefined ? {} : { row: parseRow(row) }),
        ...(of === undefined ? {} : { version: of }),
      } as ExplainRequest;
      const found = await api.post<Explanation>(`/models/${encodeURIComponent(model)}/explain`, body);
      if (json) printJson(found);
      else print(explanationText(found));
    },
  );
};

function parseRow(text: string): Record<string, unknown> {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new LeewayError(
    'bad_option',
    `--row: expected a JSON object such as '{"distance": 300}', got ${text.slice(0, 60)}`,
  );
}

const UNITS: Record<Explanation['unit'], string> = {
  value: '',
  probability: 'probability',
  log_odds: 'log-odds',
  class: 'chance of the class',
};

/** Cells of a bar on either side of the middle. */
const HALF = 16;
/** Features that have a line of their own. */
const SHOWN = 20;

/** The contributions as bars: to the left what speaks against, to the right what speaks for. */
export function explanationText(found: Explanation): string {
  const { contributions, base, output, unit, of } = found;
  const shown = contributions.slice(0, SHOWN);
  const rest = contributions.slice(SHOWN).reduce((sum, each) => sum + each.contribution, 0);
  const largest = Math.max(...shown.map((each) => Math.abs(each.contribution)), Number.MIN_VALUE);
  const names = shown.map(({ feature, value, condition }) => condition ?? `${feature} = ${valueText(value)}`);
  const width = Math.min(40, Math.max(...names.map((name) => name.length), 4));
  const lines = shown.map(({ contribution, error }, i) => {
    const cells = Math.round((Math.abs(contribution) / largest) * HALF);
    const left = contribution < 0 ? pc.red('█'.repeat(cells).padStart(HALF)) : ' '.repeat(HALF);
    const right = contribution < 0 ? ' '.repeat(HALF) : pc.green('█'.repeat(cells).padEnd(HALF));
    const margin = error === null ? '' : pc.dim(` ± ${number(error)}`);
    return `${clip(names[i]!, width).padEnd(width)}  ${left}│${right}  ${signed(contribution)}${margin}`;
  });
  const what = [UNITS[unit], of === null ? '' : `of ${of}`].filter(Boolean).join(' ');
  return [
    `${found.model} ${found.version} says ${pc.bold(valueText(found.prediction))}: ${minus(number(output))} ${what}`.trimEnd(),
    pc.dim(`${METHODS[found.method]}, against ${found.background.rows} ${FROM[found.background.from]}`),
    '',
    `${'base'.padEnd(width)}  ${' '.repeat(2 * HALF + 1)}  ${minus(number(base))}`,
    ...lines,
    ...(rest === 0
      ? []
      : [`${`${contributions.length - SHOWN} others`.padEnd(width)}  ${' '.repeat(2 * HALF + 1)}  ${signed(rest)}`]),
    ...(found.fit === null
      ? []
      : ['', `The local model explains ${number(found.fit * 100)} % of the variance near the row.`]),
    ...(found.note === null ? [] : ['', pc.dim(found.note)]),
  ].join('\n');
}

const METHODS: Record<Explanation['method'], string> = {
  tree_shap: 'SHAP values of its trees',
  kernel_shap: 'SHAP values',
  lime: 'LIME',
};
const FROM: Record<Explanation['background']['from'], string> = {
  training: 'rows of its training time',
  recent: 'rows of the last 30 days',
};

const signed = (x: number): string => `${x < 0 ? '−' : '+'}${number(Math.abs(x))}`;
const minus = (text: string): string => text.replace(/^-/, '−');
const clip = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** What a model was sent is anybody's text: control characters would move the cursor. */
function valueText(value: unknown): string {
  if (value === null) return 'missing';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return value.replaceAll(/\p{Cc}/gu, '�');
  return JSON.stringify(value);
}
