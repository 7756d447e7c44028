import { createHash } from 'node:crypto';
import { approvalOf, type ModelConfig, type Run, type ToldOf } from '@leeway/contract';
import { signingKeys } from '../access/signed.ts';
import { matchRoutes, resolveRoutes } from '../alerting/decide/match-route.ts';
import { formatNumber, formatTime, plain } from '../notify/format.ts';
import type { Message } from '../notify/message.ts';
import { enqueueDelivery } from '../notify/outbox.ts';
import type { StoreTx } from '../store/open.ts';
import type { RetrainingContext } from './context.ts';
import { type RunAct, runLinks } from './run-links.ts';

/** Tells people of a run: one message of each change to each channel, however often the change is made. */
export async function tellOfRun(ctx: RetrainingContext, tx: StoreTx, run: Run, what: ToldOf): Promise<void> {
  const config = ctx.config();
  const model = config.models.find(({ name }) => name === run.model);
  if (!model?.retrain?.notify.on.includes(what)) return;
  const severity = SEVERITY[what];
  const channels = model.retrain.notify.channels ?? routed(ctx, model, severity);
  for (const channel of channels) {
    if (!config.channels.some(({ name }) => name === channel)) continue;
    const delivery = `dlv_${createHash('sha256')
      .update(JSON.stringify([run.id, what, channel]))
      .digest('hex')
      .slice(0, 24)}`;
    const told = await tx.selectFrom('deliveries').select('id').where('id', '=', delivery).executeTakeFirst();
    if (told) continue;
    const now = ctx.clock.now();
    const publicUrl = ctx.publicUrl();
    const acts = actsOf(run, what, model);
    const until = run.expiresAt === null ? null : Date.parse(run.expiresAt);
    const keys = acts.length === 0 ? [] : await signingKeys(tx);
    const links = runLinks(keys, { run: run.id, channel, delivery, acts, now, until, publicUrl });
    const key = `run:${run.id}`;
    const message = messageOfRun(run, what, { severity, at: now, publicUrl, links, key });
    await enqueueDelivery(ctx, tx, { id: delivery, key, channel, message });
  }
}

const SEVERITY: Record<ToldOf, Message['severity']> = {
  suggested: 'info',
  awaiting_approval: 'info',
  promoted: 'info',
  rejected: 'info',
  vetoed: 'warning',
  failed: 'warning',
  breaker_opened: 'warning',
};

/** Where alerts of the model go. */
function routed(ctx: RetrainingContext, model: ModelConfig, severity: string): string[] {
  const labels = {
    ...model.labels,
    ...(model.owner && { owner: model.owner }),
    ...{ model: model.name, rule: 'leeway.retraining', severity },
  };
  const groups = matchRoutes(resolveRoutes(ctx.config().routes), labels);
  return [...new Set(groups.flatMap(({ route }) => route.channels))];
}

/** What may be done by a link: it acts as an operator whom nobody knows, and can force nothing. */
function actsOf(run: Run, what: ToldOf, { retrain }: ModelConfig): RunAct[] {
  const { role, by } = approvalOf(retrain!.approval);
  if (role !== 'operator' || by) return [];
  if (what === 'suggested') return ['start', 'dismiss'];
  if (what !== 'awaiting_approval') return [];
  return run.gates.every(({ verdict }) => verdict === 'pass') ? ['approve', 'reject'] : ['reject'];
}

interface MessageInput {
  severity: Message['severity'];
  at: number;
  publicUrl: string;
  key: string;
  links: Message['links'];
}

/** What people are told of a run. Pure. */
export function messageOfRun(run: Run, what: ToldOf, input: MessageInput): Message {
  const { severity, at, publicUrl, key, links } = input;
  const url = `${publicUrl.replace(/\/+$/, '')}/runs/${encodeURIComponent(run.id)}`;
  const lines = [LEAD[what](run), ...evidence(run, what)].map((line) => plain(line, 1_000));
  return {
    status: 'note',
    reason: 'retraining',
    severity,
    at: new Date(at).toISOString(),
    group: { key, labels: { model: run.model, run: run.id, state: run.state } },
    subject: plain(`[${HEAD[what]}] ${run.model}: ${SUBJECT[what](run)}`, 200),
    lead: null,
    lines,
    text: null,
    alerts: [],
    links: [{ label: 'Open', url }, ...links],
  };
}

const HEAD: Record<ToldOf, string> = {
  suggested: 'SUGGESTED',
  awaiting_approval: 'APPROVAL',
  promoted: 'PROMOTED',
  rejected: 'REJECTED',
  vetoed: 'VETOED',
  failed: 'FAILED',
  breaker_opened: 'STOPPED',
};

type Say = (run: Run) => string;

const SUBJECT: Record<ToldOf, Say> = {
  suggested: ({ reason }) => `retraining is suggested: ${reason}`,
  awaiting_approval: ({ challenger }) => `${challenger} waits for a decision`,
  promoted: ({ challenger }) => `${challenger} serves`,
  rejected: ({ challenger, champion }) => `${challenger} was rejected${champion ? `, ${champion} serves on` : ''}`,
  vetoed: () => 'retraining was vetoed',
  failed: ({ error }) => `retraining failed: ${error?.code ?? 'unknown'}`,
  breaker_opened: () => 'retraining stops after runs in a row that failed',
};

const stays = ({ champion }: Run): string => (champion ? `${champion} serves on.` : 'No version serves yet.');
const upTo = ({ expiresAt }: Run): string => (expiresAt === null ? '' : ` until ${formatTime(expiresAt)}`);

const LEAD: Record<ToldOf, Say> = {
  suggested: (run) => `Nothing is trained unless a person starts it${upTo(run)}. ${stays(run)}`,
  awaiting_approval: (run) =>
    `${run.firstPromotion ? 'It would be the first version to serve. ' : ''}A person decides${upTo(run)}; without a decision it is rejected. ${stays(run)}`,
  promoted: ({ challenger, champion }) => `${challenger} serves${champion ? ` in place of ${champion}` : ''}.`,
  rejected: stays,
  vetoed: (run) => `The data are broken, and are repaired, not learned. ${stays(run)}`,
  failed: (run) => `Nothing changes: ${stays(run)}`,
  breaker_opened: (run) =>
    `No run begins by itself until one was tried again and ended well, or a person closes the circuit breaker. ${stays(run)}`,
};

function evidence(run: Run, what: ToldOf): string[] {
  const { trigger, reason, gates, dataset, decision, error } = run;
  return [
    `Begun by ${trigger}: ${reason}`,
    ...(dataset
      ? [
          `Data: ${formatNumber(dataset.trainRows)} rows to learn from, ${formatNumber(dataset.holdoutRows)} held out, sha256 ${dataset.hash.slice(0, 12)}`,
        ]
      : []),
    ...(what === 'failed' || what === 'breaker_opened'
      ? []
      : gates.map(({ verdict, name, statement }) => `${verdict}: ${name}: ${statement}`)),
    ...(error ? [`${error.code}: ${error.detail.split('\n')[0]}`] : decision ? [`Decision: ${decision}`] : []),
  ];
}
