import type { ChannelConfig } from '@leeway/contract';
import { templateMistake } from '../notify/template/render-template.ts';
import type { Note } from './must-be.ts';

/** Templates of a channel must be readable; what they name is only known when there is a message. */
export function checkTemplates({ template }: ChannelConfig, path: readonly PropertyKey[], note: Note): void {
  for (const key of ['subject', 'text'] as const) checkTemplate(template?.[key], [...path, 'template', key], note);
}

export function checkTemplate(template: string | undefined, path: readonly PropertyKey[], note: Note): void {
  const mistake = template === undefined ? null : templateMistake(template);
  if (mistake) note(path, `is no Liquid template: ${mistake}`);
}
