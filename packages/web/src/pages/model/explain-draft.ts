import type { ExplainInput } from '../../api/explain.ts';

/** What stands in the form. */
export interface ExplainDraft {
  by: 'id' | 'row';
  id: string;
  row: string;
  method: ExplainInput['method'];
}

/** A row with every feature, to be filled in. */
export const rowTemplate = (features: readonly string[]): string =>
  `{\n${features.map((feature) => `  ${JSON.stringify(feature)}: null`).join(',\n')}\n}`;

/** The request that a form stands for, or what is wrong with it. */
export function inputOf({ by, id, row, method }: ExplainDraft): { input: ExplainInput } | { error: string } {
  if (by === 'id') {
    return id.trim() === '' ? { error: 'Give the id of a recorded prediction.' } : { input: { id: id.trim(), method } };
  }
  try {
    const parsed: unknown = JSON.parse(row);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return { error: 'A row is one JSON object: {"feature": value, ...}.' };
    return { input: { row: parsed as Record<string, unknown>, method } };
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
