import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MULTICLASS, modelConfig } from '../testing/models.ts';
import { predictionRows, predictionsTable, syncModelTables, withScores } from './model-tables.ts';
import { instant, Warehouse } from './warehouse.ts';

test('a class that is added gets a column; older rows have no probabilities, and neither has a row that lacks one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
  const warehouse = await Warehouse.scratch(folder);
  const withClasses = (scores: Record<string, string>) =>
    modelConfig({ ...MULTICLASS, columns: { ...MULTICLASS.columns, scores } });
  const before = withClasses({ "it's `a`": 'p_a', b: 'p_b' });
  const after = withClasses({ b: 'p_b', 'ç\\': 'p_c', "it's `a`": 'p_a' });
  const row = { received: 1, version: '', role: 'live', request: '', error: '', weight: 1, prediction: 'b' };

  expect(await syncModelTables(warehouse, before)).toEqual([]);
  await warehouse.insert(predictionsTable(before), [{ ...row, id: '1', time: 1, "s_it's `a`": 0.25, s_b: 0.75 }]);
  expect(await syncModelTables(warehouse, after)).toEqual(['s_ç\\']);
  expect(await syncModelTables(warehouse, after)).toEqual([]);
  await warehouse.insert(predictionsTable(after), [
    { ...row, id: '2', time: 2, "s_it's `a`": 0.5, s_b: 0.125, 's_ç\\': 0.375 },
    { ...row, id: '3', time: 3, s_b: 0.125, 's_ç\\': 0.375 },
  ]);
  const read = (model: typeof after) =>
    warehouse.query<{ id: string; scores: number[] }>(
      `SELECT id, scores FROM ${withScores(model, predictionRows(model))} ORDER BY id`,
      { from: instant(0), to: instant(10) },
    );
  expect((await read(after)).map(({ scores }) => scores)).toEqual([[], [0.125, 0.375, 0.5], []]);
  expect((await read(before)).map(({ scores }) => scores)).toEqual([[0.25, 0.75], [0.5, 0.125], []]);
  await warehouse.close();
  rmSync(folder, { recursive: true });
});
