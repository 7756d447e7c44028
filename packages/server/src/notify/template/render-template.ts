import { Liquid, type Template } from 'liquidjs';
import { formatDuration, formatNumber, formatShare, formatTime, plain } from '../format.ts';

// No files (templates are looked up in an empty list), own members only, and bounds on time and size.
const liquid = new Liquid({
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: true,
  parseLimit: 10_000,
  renderLimit: 100,
  memoryLimit: 1_000_000,
  timezoneOffset: 0,
});

/** Filters beside Liquid's own: numbers and times as Leeway writes them. */
export const FILTERS: Record<string, (x: unknown, zone?: unknown) => unknown> = {
  number: (x) => ofNumber(x, formatNumber),
  share: (x) => ofNumber(x, formatShare),
  duration: (seconds) => ofNumber(seconds, (s) => formatDuration(s * 1_000)),
  time: (x, zone) => (isInstant(x) ? formatTime(x, zone === undefined ? undefined : String(zone)) : x),
};
for (const [name, filter] of Object.entries(FILTERS)) liquid.registerFilter(name, filter);

const ofNumber = (x: unknown, format: (x: number) => string): unknown => (typeof x === 'number' ? format(x) : x);
const isInstant = (x: unknown): x is string => typeof x === 'string' && !Number.isNaN(Date.parse(x));

const parsed = new Map<string, Template[]>();
/** Templates that are kept parsed; those of one configuration are far fewer. */
const MOST_PARSED = 200;

/** What a template makes of variables. @throws Error that names the line and what is wrong. */
export function renderTemplate(template: string, variables: object): string {
  let tokens = parsed.get(template);
  if (!tokens) {
    tokens = liquid.parse(template);
    if (parsed.size >= MOST_PARSED) parsed.clear();
    parsed.set(template, tokens);
  }
  return String(liquid.renderSync(tokens, variables));
}

/** What is wrong with a template, as far as that can be seen without a message; null if nothing is. */
export function templateMistake(template: string): string | null {
  try {
    liquid.parse(template);
    return null;
  } catch (error) {
    return mistakeOf(error);
  }
}

/** The first line of what Liquid says, without the piece of the template that it quotes. */
export const mistakeOf = (error: unknown): string =>
  plain((error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!, 200);
