import { createHash } from 'node:crypto';
import type { ModelConfig } from '@leeway/contract';
import { decode, encode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { graceMs } from './mutings.ts';
import { createSilenceIn } from './verbs/silences.ts';

const SETTING = 'alerting.references';

/** What the drift of a model is measured against, as the configuration has it. */
function referenceHash({ reference, monitors }: ModelConfig): string {
  const all = [reference, ...monitors.map((monitor) => [monitor.name, monitor.reference])];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16);
}

/**
 * After a configuration was applied: where the reference of a model is another one, drift is expected for a while. A model
 * that is new has nothing to be different from.
 */
export async function openGraces(ctx: AlertingContext, tx: StoreTx): Promise<void> {
  const row = await tx.selectFrom('settings').select('value').where('name', '=', SETTING).executeTakeFirst();
  const before = row ? decode<Record<string, string>>(row.value) : {};
  const { models } = ctx.config();
  const after = Object.fromEntries(models.map((model) => [model.name, referenceHash(model)]));
  const value = encode(after);
  if (row?.value === value) return;
  await tx
    .insertInto('settings')
    .values({ name: SETTING, value })
    .onConflict((c) => c.column('name').doUpdateSet({ value }))
    .execute();
  const now = ctx.clock.now();
  for (const model of models) {
    const old = before[model.name];
    const length = graceMs(model);
    if (old === undefined || old === after[model.name] || length === 0) continue;
    await createSilenceIn(ctx, tx, {
      kind: 'grace',
      matchers: { model: model.name },
      endsAt: now + length,
      actor: 'leeway',
      comment: 'the reference was changed: drift is expected, and not told of',
    });
  }
}
