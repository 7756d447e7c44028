import { type DatasetInfo, LeewayError, type ModelConfig, type VersionInfo } from '@leeway/contract';
import { artifactPath, fetchArtifact } from '../registry/artifacts.ts';
import type { Candidate } from './candidate.ts';
import { Coding } from './coding.ts';
import type { RetrainingContext, Scorer } from './context.ts';
import type { Evidence, LiveModel, Said } from './gates/gate.ts';
import { type Holdout, readPredictions, scoreHoldout } from './holdout.ts';
import { loadPrepared, preprocessingOf } from './preprocessing/prepared-model.ts';

interface Given {
  model: ModelConfig;
  /** What the challenger was trained on. */
  dataset: DatasetInfo;
  holdout: Holdout;
  candidate: Candidate;
  artifact: { hash: string; bytes: number };
  /** What the challenger is going to be called. */
  version: string;
  champion: VersionInfo | null;
}

/** Both models, and what they say of the held-out rows. */
export interface ModelsAtWork {
  challenger: LiveModel;
  champion: LiveModel | null;
  said: Pick<Evidence, 'labels' | 'classes' | 'challenger' | 'champion' | 'withoutChampion'>;
}

/**
 * Loads both models, asks them about the held-out rows, and frees them when the work is done. A champion that cannot be run is
 * there without a scorer, so that nothing is compared and nothing passes.
 * @throws LeewayError `broken_model` when the challenger cannot be scored.
 */
export async function withModels<T>(
  ctx: RetrainingContext,
  { model, dataset, holdout, candidate, artifact, version, champion }: Given,
  work: (models: ModelsAtWork) => Promise<T>,
): Promise<T> {
  const coding = new Coding(model, holdout);
  const open: Scorer[] = [];
  const load = async (path: string, trained: Pick<VersionInfo, 'dataset'>) => {
    const scorer = await loadPrepared(ctx.loadScorer, path, model, await preprocessingOf(ctx.store.db, trained));
    open.push(scorer);
    return scorer;
  };
  try {
    const path = artifactPath(ctx, artifact.hash);
    const own = await orBroken(async (): Promise<{ scorer: Scorer | null; said: Said }> => {
      if (candidate.predictions) {
        return { scorer: null, said: coding.encode(await readPredictions(candidate.predictions, model, holdout)) };
      }
      const scorer = await load(path, { dataset });
      return { scorer, said: coding.encode(await scoreHoldout(scorer, model, holdout)) };
    });
    const challenger = { version, format: candidate.format, path, bytes: artifact.bytes, scorer: own.scorer };
    const former =
      champion &&
      (await scoreChampion(
        ctx,
        champion,
        (file) => load(file, champion),
        async (scorer) => coding.encode(await scoreHoldout(scorer, model, holdout)),
      ));
    return await work({
      challenger,
      champion: former?.live ?? null,
      said: {
        labels: coding.labels,
        classes: coding.classes,
        challenger: own.said,
        champion: former?.said ?? null,
        withoutChampion: former?.said ? null : champion ? 'champion_not_scored' : 'no_champion',
      },
    });
  } finally {
    for (const scorer of open) await scorer.close();
  }
}

async function scoreChampion(
  ctx: RetrainingContext,
  { model, version, artifact }: VersionInfo,
  load: (path: string) => Promise<Scorer>,
  score: (scorer: Scorer) => Promise<Said>,
): Promise<{ live: LiveModel; said: Said | null }> {
  const live = { version, format: artifact.format, path: artifactPath(ctx, artifact.hash), bytes: artifact.bytes };
  if (artifact.format !== 'onnx') return { live: { ...live, scorer: null }, said: null };
  try {
    const path = await fetchArtifact(ctx, artifact.hash);
    const scorer = await load(path);
    return { live: { ...live, path, scorer }, said: await score(scorer) };
  } catch (error) {
    ctx.log.warn({ err: error, model, version }, 'the champion could not be scored');
    return { live: { ...live, scorer: null }, said: null };
  }
}

async function orBroken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const detail = error instanceof LeewayError ? error.detail : (error as Error).message;
    throw new LeewayError('broken_model', detail, { cause: error });
  }
}
