import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random } from '../testing/models.ts';
import type { ComparedColumn } from './decide-columns.ts';
import { Engine } from './engine.ts';
import { compareFairness, type FairnessCheckOptions } from './fairness.ts';
import { probeFile } from './probe-file.ts';
import { typeColumns } from './profile-columns.ts';
import { surveyFile } from './survey.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

/** Men and women are selected at these rates. */
function people(name: string, men: number, women: number, seed: number): string {
  const chance = random(seed);
  const lines = Array.from({ length: 1200 }, () => {
    const sex = chance() < 0.5 ? 'm' : 'f';
    const yes = chance() < (sex === 'm' ? men : women) ? 'yes' : 'no';
    return `${sex},${chance() < 0.5 ? 'x' : 'y'},${18 + Math.floor(50 * chance())},${yes},${chance() < 0.8 ? yes : 'no'}`;
  });
  const path = join(folder, name);
  writeFileSync(path, `sex,race,age,said,truth\n${lines.join('\n')}\n`);
  return path;
}

const COLUMNS: ComparedColumn[] = [
  ...['sex', 'race', 'said', 'truth'].map((name): ComparedColumn => ({ name, kind: 'categorical', role: 'feature' })),
  { name: 'age', kind: 'numeric', role: 'feature' },
];

async function compare(reference: string, current: string, options: FairnessCheckOptions) {
  const [before, now] = [
    await typeColumns(engine, await surveyFile(engine, await engine.add(await probeFile(reference))), COLUMNS),
    await typeColumns(engine, await surveyFile(engine, await engine.add(await probeFile(current))), COLUMNS),
  ];
  const result = await compareFairness(engine, before, now, { label: 'truth', prediction: 'said', ...options });
  return JSON.parse(JSON.stringify(result)) as typeof result;
}

const fair = people('fair.csv', 0.5, 0.5, 1);
const unfair = people('unfair.csv', 0.6, 0.3, 2);

it('names who is selected less, and what grew worse', async () => {
  const result = await compare(fair, unfair, { protected: ['sex', 'race', 'age'], intersections: [['sex', 'race']] });
  expect(result!.attributes.map(({ column }) => column)).toEqual(['sex', 'race', 'age', 'sex, race']);
  const [sex, race, age, both] = result!.attributes;
  expect(sex!.four_fifths).toMatchObject({ kept: false, certain: true, lowest: 'sex=f', highest: 'sex=m' });
  expect(sex!.four_fifths.ratio).toBeCloseTo(0.5, 1);
  expect(sex!.worse).toContain('demographic_parity');
  expect(race!.four_fifths).toMatchObject({ kept: true, certain: false });
  expect(race!.worse).toEqual([]);
  expect('groups' in age!.current && age!.current.groups).toHaveLength(4);
  expect('groups' in both!.current && both!.current.groups).toHaveLength(4);
  expect(both!.four_fifths.certain).toBe(true);
});

it('compares with the group that is named', async () => {
  const result = await compare(fair, unfair, { protected: ['sex'], referenceGroup: { sex: 'f' } });
  const { current } = result!.attributes[0]!;
  expect('reference' in current && current.reference).toBe('sex=f');
  expect('measures' in current && current.measures['selection_rate']!.to_reference[0]).toMatchObject({
    group: 'sex=m',
    fair: false,
  });
});

it('is not made without a label, or without protected columns', async () => {
  expect(await compare(fair, unfair, {})).toBeNull();
  expect(await compare(fair, unfair, { protected: ['sex'], label: undefined })).toBeNull();
});

it('refuses a column that is not there', async () => {
  await expect(compare(fair, unfair, { protected: ['gender'] })).rejects.toThrow('--protected names "gender"');
});
