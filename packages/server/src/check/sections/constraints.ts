import { z } from 'zod';
import { evaluateConstraints, wishesOf } from '../../constraints/evaluate-constraints.ts';
import { profileTable } from '../../constraints/profile-file.ts';
import { ViolationsFile } from '../../constraints/sagemaker-files.ts';
import { absent, type Section } from '../section.ts';

const Constraints = z.object({
  features: z.int().describe('Columns that the constraints are about.'),
  violations: ViolationsFile.shape.violations,
});
export type Constraints = z.infer<typeof Constraints>;

/** Whether the current file keeps a constraints.json of SageMaker Model Monitor. */
export const constraints: Section<Constraints> = {
  title: 'Constraints',
  schema: Constraints,
  async measure({ engine, current, compared, options }) {
    const given = options.constraints;
    if (!given) return absent('no --constraints was given');
    // Columns that are not compared are asked for, too, so the file is looked at once more.
    const table = { ...current.table, file: await engine.add(current.table.file) };
    const summaries = new Map(compared.map((column) => [column.name, column]));
    const baseline = { statistics: options.statistics, summaries };
    const violations = await profileTable(engine, table, {}, wishesOf(given), (profile, own, typed) =>
      evaluateConstraints(given, baseline, profile, own, typed),
    );
    return { features: given.features.length, violations };
  },
  findings: ({ violations }) =>
    violations.length === 0
      ? []
      : [`${violations.length} violation${violations.length === 1 ? '' : 's'} of the constraints`],
  cases: ({ violations }) =>
    violations.map(({ feature_name: name, constraint_check_type: type, description }) => ({
      ...{ name: `${name} ${type}`, passed: false, message: description },
    })),
  blocks({ violations, features }) {
    if (violations.length === 0) return [{ kind: 'text', text: `kept, for ${features} columns` }];
    const rows = violations.map(({ feature_name: name, constraint_check_type: type, description }) => ({
      ...{ cells: [name, type, description], tone: 'bad' as const },
    }));
    return [{ kind: 'table', head: ['column', 'check', ''], rows }];
  },
};
