import type { CheckResult } from '../result.ts';
import type { Block, TestCase } from '../section.ts';
import { sections } from '../sections/index.ts';

/** The sections that were measured, as what is to be shown of them. */
export function shownSections(
  result: CheckResult,
): { id: string; title: string; blocks: Block[]; cases: TestCase[] }[] {
  return sections.flatMap(([id, section]) => {
    const answer = result[id];
    if ('status' in answer) return [];
    return [{ id, title: section.title, blocks: section.blocks(answer), cases: section.cases(answer) }];
  });
}

/** The sections that were not, and why. */
export function absentSections(result: CheckResult): string[] {
  return sections.flatMap(([id, { title }]) => {
    const answer = result[id];
    return 'status' in answer ? [`${title}: ${answer.reason}`] : [];
  });
}
