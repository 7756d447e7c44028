import {
  approvalOf,
  type Dataset,
  type GateResult,
  type Lesson,
  type ModelCard,
  type ModelConfig,
  type RetrainConfig,
  type Run,
  type RunEvaluation,
  type TriggerConfig,
  type VersionExplanation,
  type VersionInfo,
} from '@leeway/contract';

/** What is on record of a version. */
export interface CardRecord {
  model: ModelConfig;
  version: VersionInfo;
  run: Run | null;
  dataset: Dataset | null;
  evaluation: RunEvaluation | null;
  explanation: VersionExplanation | null;
  lessons: readonly Lesson[];
  at: string;
}

const MOST_FEATURES = 20;
const MOST_LESSONS = 20;

/** The card of a version. Pure: what is not on record is said to be missing, and nothing is made up. */
export function buildCard(record: CardRecord): ModelCard {
  const { model, version, run, dataset, evaluation, explanation, lessons, at } = record;
  const gates = evaluation?.gates ?? run?.gates ?? [];
  const fairness = gates.filter(({ type }) => type === 'fairness');
  const training = run?.executions.findLast(({ state }) => state === 'succeeded');
  return {
    schema: 'leeway/card/v1',
    generatedAt: at,
    model: model.name,
    version: version.version,
    task: model.task,
    owner: model.owner ?? null,
    description: model.description ?? null,
    told: model.card,
    details: {
      createdAt: version.createdAt,
      createdBy: version.createdBy,
      format: version.artifact.format,
      bytes: version.artifact.bytes,
      artifact: version.artifact.hash,
      aliases: version.aliases,
      stage: version.stage,
      parent: version.parent,
      inputs: Object.entries(model.columns.features).map(([name, { type }]) => ({
        name,
        type,
        protected: protectedColumns(model).includes(name),
      })),
      outputs: [model.columns.prediction, model.columns.score, ...Object.values(model.columns.scores ?? {})].filter(
        (name): name is string => name !== undefined,
      ),
    },
    data: dataOf(version, dataset),
    training: run && {
      run: run.id,
      trigger: run.trigger,
      reason: run.reason,
      executor: training?.executor ?? null,
      params: version.params,
      trials: run.executions.length,
      startedAt: training?.startedAt ?? training?.createdAt ?? null,
      endedAt: training?.endedAt ?? null,
      codeCommit: version.codeCommit,
      environment: version.environment,
    },
    evaluation: {
      rows: evaluation?.rows ?? null,
      from: evaluation?.from ?? null,
      to: evaluation?.to ?? null,
      verdict: evaluation?.verdict ?? null,
      champion: evaluation?.champion ?? null,
      metrics: evaluation
        ? evaluation.metrics.map(({ metric, challenger, champion }) => ({
            metric,
            ...{ value: challenger.value, lower: challenger.lower, upper: challenger.upper },
            champion: champion?.value ?? null,
          }))
        : Object.entries(version.metrics).map(([metric, value]) => ({
            ...{ metric, value, lower: null, upper: null, champion: null },
          })),
      gates: gates.map(gateOf),
    },
    fairness: {
      protected: protectedColumns(model),
      gates: fairness.map(gateOf),
      tables: fairness.flatMap(({ tables }) => tables),
    },
    explanation: explanation && {
      how: explanation.how,
      features: explanation.features.slice(0, MOST_FEATURES).map(({ feature, share }) => ({ feature, share })),
    },
    limits: limitsOf(record, gates),
    monitoring: {
      monitors: model.monitors.map(({ name, window }) => `${name}: windows of ${window}`),
      rules: model.rules.map(({ name, metric, severity }) => ({
        name,
        about: metric ?? 'several conditions',
        severity: typeof severity === 'string' ? severity : 'by its cost',
      })),
    },
    retraining: { enabled: model.retrain !== undefined, lines: model.retrain ? retrainingLines(model.retrain) : [] },
    approval: {
      state: run?.state ?? null,
      decision: run?.decision ?? null,
      by: run?.decidedBy ?? null,
      comment: run?.comment ?? null,
      at: run?.endedAt ?? null,
    },
    served: version.served.map(({ from, to }) => ({ from, to })),
    lessons: lessons.slice(0, MOST_LESSONS).map(({ at, actor, rule, text }) => ({ at, actor, rule, text })),
  };
}

const protectedColumns = ({ columns }: ModelConfig): string[] => [...(columns.protected ?? [])];

const gateOf = ({ name, type, verdict, statement }: GateResult) => ({ name, type, verdict, statement });

function dataOf({ dataset: info }: VersionInfo, dataset: Dataset | null): ModelCard['data'] {
  if (!info) return null;
  const { hash, start, holdoutStart, end, trainRows, holdoutRows } = info;
  return {
    hash,
    from: start,
    holdoutFrom: holdoutStart,
    to: end,
    trainRows,
    holdoutRows,
    window: dataset?.query.window ?? null,
    labelledShare: dataset?.labelledShare ?? null,
    preprocessing: dataset?.fitted ? `${dataset.fitted.name} ${dataset.fitted.version}` : null,
    findings: dataset?.findings.map(({ severity, message }) => `${severity}: ${message}`) ?? [],
  };
}

/** What speaks against the version, as far as the record knows. */
function limitsOf({ model, version, dataset, evaluation }: CardRecord, gates: readonly GateResult[]): string[] {
  const limits: string[] = [];
  for (const { verdict, statement, name } of gates) {
    if (verdict === 'fail') limits.push(`It did not pass ${name}: ${statement}`);
    if (verdict === 'inconclusive') limits.push(`${name} could not be shown: ${statement}`);
  }
  if (!evaluation && gates.length === 0) limits.push('No evaluation on held-out rows is on record.');
  if (evaluation?.withoutChampion) limits.push('It was not compared with another version on the same rows.');
  limits.push(...(evaluation?.notes ?? []));
  const share = dataset?.labelledShare;
  if (share !== undefined && share !== null && share < 0.95) {
    limits.push(`Of the predictions of its data ${Math.round(100 * share)} % had a label; the rest is unknown.`);
  }
  if (version.artifact.format !== 'onnx') {
    limits.push('It cannot be run by Leeway: what it predicts was told by the program that trained it.');
  }
  if (protectedColumns(model).length === 0)
    limits.push('No protected column is declared, so nothing is known of fairness.');
  return limits;
}

/** When the model is trained anew, and who decides, in sentences. */
function retrainingLines(retrain: RetrainConfig): string[] {
  const { mode } = approvalOf(retrain.approval);
  const decides = {
    suggest: 'It is suggested, and a person begins it and promotes.',
    approve: 'A person promotes what has passed its gates.',
    auto: 'What passes its gates serves without asking.',
  }[mode];
  return [
    retrain.triggers.length === 0
      ? 'It is trained anew when a person asks for it.'
      : `It is trained anew on: ${retrain.triggers.map(triggerInWords).join('; ')}.`,
    decides,
    ...(retrain.gates.length === 0
      ? ['No gate is declared.']
      : [`Gates: ${retrain.gates.map((gate) => gate.name ?? gate.type).join(', ')}.`]),
    ...(retrain.veto.quality ? ['An open alert on the quality of its data forbids it.'] : []),
  ];
}

function triggerInWords(trigger: TriggerConfig): string {
  if ('name' in trigger && trigger.name) return trigger.name;
  if (!('on' in trigger) || trigger.on === undefined || trigger.on === 'condition')
    return 'several conditions together';
  switch (trigger.on) {
    case 'alert':
      return `alert ${trigger.rule}`;
    case 'schedule':
      return `schedule ${trigger.cron}`;
    case 'metric':
      return `metric ${trigger.metric}`;
    case 'drift':
      return 'drift of its features';
    case 'labels':
      return 'new labels';
    case 'data':
      return 'new rows';
  }
}
