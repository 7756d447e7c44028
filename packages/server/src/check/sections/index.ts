import type { Section } from '../section.ts';
import { performance } from './performance.ts';

/** The parts of a check beside drift and data quality, by their keys in the JSON, in the order in which they are shown. */
export const SECTIONS = { performance };

export type SectionId = keyof typeof SECTIONS;

/** Every section with its id. A result of a section is only handed to that same section. */
export const sections = Object.entries(SECTIONS) as unknown as ReadonlyArray<readonly [SectionId, Section<object>]>;
