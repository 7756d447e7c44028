import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeewayError, type RetrainConfig } from '@leeway/contract';
import { z } from 'zod';
import { fetchMlflowVersion, findMlflowCandidate } from '../registry/mlflow/candidate.ts';
import { decodeOrNull } from '../store/json.ts';
import { type Candidate, findCandidate } from './candidate.ts';
import type { RetrainingContext } from './context.ts';
import { executionRow } from './executions.ts';
import { runFolder } from './run-folder.ts';
import type { RunRow } from './runs.ts';

/** What a trainer names as its model, where that lies elsewhere. */
export interface NamedCandidate {
  kind: 'mlflow';
  model: string;
  version: string;
}

/** Where a model is put that comes from MLflow: beside what the trainer left, so that two models are seen to be two. */
const FETCHED = 'from-mlflow';

/**
 * The one model of a training: in the files that it left or sent, at MLflow where it named it, or there under its tag where
 * `retrain.candidate` says so. @throws LeewayError `no_candidate`, `ambiguous_candidate`, `mlflow_failed`.
 */
export async function resolveCandidate(
  ctx: RetrainingContext,
  given: { run: RunRow; training: string; output: string; retrain: RetrainConfig; signal: AbortSignal },
): Promise<Candidate> {
  const { run, training, retrain, signal } = given;
  const output = runFolder(ctx, run.id).output(given.output);
  const into = join(output, FETCHED);
  await rm(into, { recursive: true, force: true }); // of a former try
  const named = decodeOrNull<NamedCandidate>((await executionRow(ctx.store.db, training)).candidate);
  if (named) await fetchMlflowVersion(ctx, { name: named.model, version: named.version, into, signal });
  else if (retrain.candidate.from === 'mlflow') {
    await findMlflowCandidate(ctx, { model: run.model, training, run: run.id, into, signal });
  }
  return findCandidate(output);
}

/** The file in which training code says with what it trained. */
export const ENVIRONMENT_FILE = 'environment.json';

const TrainingEnvironment = z.object({
  code_commit: z.string().max(200).nullish(),
  environment: z.record(z.string().max(200), z.string().max(2_000)).default({}),
});

/** With what a model was trained, as its trainer says; nothing where it does not. @throws LeewayError `broken_model`. */
export async function trainingEnvironment(
  output: string,
): Promise<{ codeCommit?: string; environment: Record<string, string> }> {
  const text = await readFile(join(output, ENVIRONMENT_FILE), 'utf8').catch(() => '{}');
  try {
    const { code_commit: codeCommit, environment } = TrainingEnvironment.parse(JSON.parse(text));
    return { ...(codeCommit ? { codeCommit } : {}), environment };
  } catch (error) {
    throw new LeewayError('broken_model', `${ENVIRONMENT_FILE} cannot be read: ${(error as Error).message}`);
  }
}
