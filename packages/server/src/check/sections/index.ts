import type { Section } from '../section.ts';
import { constraints } from './constraints.ts';
import { contents } from './contents.ts';
import { estimated } from './estimated.ts';
import { fairness } from './fairness.ts';
import { multivariate } from './multivariate.ts';
import { performance } from './performance.ts';
import { slices } from './slices.ts';

/** The parts of a check beside drift and data quality, by their keys in the JSON, in the order in which they are shown. */
export const SECTIONS = { performance, slices, fairness, estimated, contents, multivariate, constraints };

export type SectionId = keyof typeof SECTIONS;

/** Every section with its id. A result of a section is only handed to that same section. */
export const sections = Object.entries(SECTIONS) as unknown as ReadonlyArray<readonly [SectionId, Section<object>]>;
