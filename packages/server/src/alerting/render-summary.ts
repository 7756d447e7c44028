import { Liquid } from 'liquidjs';
import { plain } from '../notify/format.ts';

/** What a summary template may use. */
export interface SummaryVariables {
  rule: string;
  model: string;
  metric: string;
  value: number | null;
  threshold: number | null;
  column: string;
  slice: string;
  /** "2001-01-08 00:00 to 2001-01-09 00:00 UTC". */
  window: string;
  /** The cause in one sentence; empty if none is known. */
  cause: string;
}

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

/** The summary that a rule's template gives. A template that fails costs the wording, never the alert. */
export function renderSummary(template: string, variables: SummaryVariables, otherwise: string): string {
  try {
    const text = plain(String(liquid.parseAndRenderSync(template, variables)));
    return text === '' ? otherwise : text;
  } catch (error) {
    return plain(`${otherwise} (the summary template failed: ${error instanceof Error ? error.message : error})`);
  }
}
