import { plain } from '../notify/format.ts';
import { mistakeOf, renderTemplate } from '../notify/template/render-template.ts';

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

/** The summary that a rule's template gives. A template that fails costs the wording, never the alert. */
export function renderSummary(template: string, variables: SummaryVariables, otherwise: string): string {
  try {
    const text = plain(renderTemplate(template, variables));
    return text === '' ? otherwise : text;
  } catch (error) {
    return plain(`${otherwise} (the summary template failed: ${mistakeOf(error)})`);
  }
}
