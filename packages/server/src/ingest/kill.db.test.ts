import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentOf, REGRESSION, random } from '../testing/models.ts';
import { kill, nextMessage, spawnProgram } from '../testing/spawn.ts';
import { Warehouse } from '../warehouse/warehouse.ts';

const KILLS = 6;
const BATCH = 20;

test(`over ${KILLS} times kill -9 in the midst of ingest, what was acknowledged is there, and nothing twice`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leeway-kill-'));
  const chance = random(11);
  const time = Date.now();
  const acknowledged = new Set<string>();
  const labelled = new Set<string>();
  let sent = 0;
  /** Batches without an answer; a client sends them again. */
  let unanswered: string[][] = [];
  let interrupted = 0;

  for (let start = 0; start <= KILLS; start++) {
    const child = await spawnProgram('server.ts', [dataDir, JSON.stringify(documentOf(REGRESSION))]);
    const { url, token } = await nextMessage<{ url: string; token: string }>(child);
    const post = async (kind: string, rows: object[]) => {
      const response = await fetch(`${url}/api/v1/models/houses/${kind}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(rows),
      });
      expect(response.status).toBe(200);
      return (await response.json()) as { accepted: number; duplicates: number };
    };
    const again = unanswered;
    unanswered = [];
    let going = true;
    const client = async () => {
      while (going) {
        const ids = again.pop() ?? Array.from({ length: BATCH }, () => `row ${sent++}`);
        try {
          const { accepted, duplicates } = await post(
            'predictions',
            ids.map((id) => ({ id, time, price: 1, area: 2 })),
          );
          expect(accepted + duplicates).toBe(BATCH);
          for (const id of ids) acknowledged.add(id);
          await post(
            'labels',
            ids.slice(0, 5).map((id) => ({ id, paid: 3 })),
          );
          for (const id of ids.slice(0, 5)) labelled.add(id);
        } catch (error) {
          if (!(error instanceof TypeError)) throw error; // anything but a broken connection
          interrupted += 1;
          unanswered.push(ids);
          return;
        }
        if (start === KILLS && again.length === 0) return;
      }
    };
    const clients = [client(), client(), client()];
    if (start < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, 30 + chance() * 250));
      await kill(child);
    }
    await Promise.all(clients);
    going = false;
    await kill(child);
  }

  const warehouse = await Warehouse.open(join(dataDir, 'warehouse'));
  const rows = await warehouse.query<{ id: string; n: number }>(
    'SELECT id, count() AS n FROM predictions_houses GROUP BY id',
  );
  const labels = await warehouse.query<{ id: string }>('SELECT DISTINCT id FROM labels_houses');
  await warehouse.close();
  rmSync(dataDir, { recursive: true, force: true });
  expect(interrupted).toBeGreaterThan(0);
  expect(acknowledged.size).toBeGreaterThan(BATCH * KILLS);
  const stored = new Set(rows.map(({ id }) => id));
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  expect(rows.filter(({ n }) => n > 1)).toEqual([]);
  const known = new Set(labels.map(({ id }) => id));
  expect([...labelled].filter((id) => !known.has(id))).toEqual([]);
});
