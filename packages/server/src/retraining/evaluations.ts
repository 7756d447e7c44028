import { createHash } from 'node:crypto';
import { LeewayError, type RunEvaluation } from '@leeway/contract';
import { decode, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';

/** Keeps the evidence of a run, word for word, with its hash; of a run that is judged again the later one. */
export async function keepEvaluation(tx: StoreTx, evaluation: RunEvaluation): Promise<void> {
  const document = encode<unknown>(evaluation);
  const hash = createHash('sha256')
    .update(document as string)
    .digest('hex');
  const { run, evaluatedAt } = evaluation;
  const values = { hash, document, createdAt: Date.parse(evaluatedAt) };
  await tx
    .insertInto('evaluations')
    .values({ run, ...values })
    .onConflict((c) => c.column('run').doUpdateSet(values))
    .execute();
}

/** The evidence of a run as it was kept, and its SHA-256. @throws LeewayError `not_found` where it has not been judged. */
export async function evaluationOf(db: StoreReader, run: string): Promise<{ hash: string; evaluation: RunEvaluation }> {
  const row = await db.selectFrom('evaluations').selectAll().where('run', '=', run).executeTakeFirst();
  if (!row) throw new LeewayError('not_found', `run ${run} has no evaluation: its challenger has not been judged`);
  return { hash: row.hash, evaluation: decode<RunEvaluation>(row.document as string) };
}
