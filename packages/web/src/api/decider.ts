import { approvalOf, type ModelConfig } from '@leeway/contract';
import type { Session } from './queries.ts';

const RANKS = ['viewer', 'operator', 'admin'];

/** Who decides on a challenger by the policy, and whether `session` is one of them. */
export function mayDecide(config: ModelConfig, { actor, role }: Session): { may: boolean; who: string } {
  const approval = approvalOf(config.retrain?.approval ?? 'approve');
  const named = approval.by === undefined || approval.by.includes(actor);
  const who = approval.by ? `${approval.by.join(', ')} with the role ${approval.role}` : `the role ${approval.role}`;
  return { may: named && RANKS.indexOf(role) >= RANKS.indexOf(approval.role), who };
}
