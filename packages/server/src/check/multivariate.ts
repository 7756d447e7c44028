import { LeewayError } from '@leeway/contract';
import {
  compareRows,
  type JointComparison,
  type JointOptions,
  type JointReference,
  learnReference,
} from '../monitoring/checks/multivariate/compare-rows.ts';
import type { JointRows } from '../monitoring/checks/multivariate/encode.ts';
import type { ComparedColumn } from './decide-columns.ts';
import type { TypedTable } from './profile-columns.ts';
import type { CheckContext } from './section.ts';

export const JOINT_METHODS = ['pca', 'domain_classifier', 'mmd'] as const;
export type JointMethod = (typeof JOINT_METHODS)[number];

/** Rows a side that the domain classifier learns from. */
const SAMPLE = 10_000;

/** Compares all features of both files together. `null` where there are fewer than two. */
export async function compareTogether(
  { engine, reference, current, compared }: CheckContext,
  methods: readonly JointMethod[],
): Promise<{ compared: JointComparison; learned: JointReference; options: JointOptions } | null> {
  const columns = compared.filter(({ role }) => role === 'feature');
  if (columns.length < 2) return null;
  const rows = { reference: jointRows(reference, columns), current: jointRows(current, columns) };
  const options = { methods, sample: SAMPLE, seed: 0 };
  const learned = await learnReference(engine.warehouse, rows.reference, columns);
  return { compared: await compareRows(engine.warehouse, rows, columns, learned, options), learned, options };
}

/** Rows of a file come one after the other by their number. */
const jointRows = (
  { sql, settings, rowNumber, value }: TypedTable,
  columns: readonly Pick<ComparedColumn, 'name'>[],
): JointRows => ({
  sql: `(SELECT ${rowNumber} AS __k, toFloat64(${rowNumber}) AS __t,
    ${columns.map(({ name }, i) => `${value(name)} AS __v${i}`).join(', ')} FROM ${sql} ${settings})`,
  params: {},
});

/** The methods that `--multivariate` names; all of them where it names none. @throws LeewayError `bad_option`. */
export function parseMethods(given: string | true): JointMethod[] {
  if (given === true) return [...JOINT_METHODS];
  return given.split(',').map((text) => {
    const method = JOINT_METHODS.find((known) => known === text.trim());
    if (method) return method;
    throw new LeewayError(
      'bad_option',
      `--multivariate: there is no method "${text}"; there are ${JOINT_METHODS.join(', ')}`,
    );
  });
}
