import { approvalOf, type ModelConfig } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { modelQuery, type Session, sessionQuery } from './queries.ts';

/** Whether who looks at the page may do more than look. Till it is known they may: the server decides in any case. */
export function useMayAct(): boolean {
  const session = useQuery(sessionQuery).data;
  return session === undefined || session.role === 'operator' || session.role === 'admin';
}

const RANKS = ['viewer', 'operator', 'admin'];

/** Who decides on a challenger by the policy, and whether `session` is one of them. */
export function mayDecide(config: ModelConfig, { actor, role }: Session): { may: boolean; who: string } {
  const approval = approvalOf(config.retrain?.approval ?? 'approve');
  const named = approval.by === undefined || approval.by.includes(actor);
  const who = approval.by ? `${approval.by.join(', ')} with the role ${approval.role}` : `the role ${approval.role}`;
  return { may: named && RANKS.indexOf(role) >= RANKS.indexOf(approval.role), who };
}

/** The approval of a model's policy as it concerns who looks at the page. */
export function useApproval(model: string): { may: boolean; who: string; commentNeeded: boolean } {
  const session = useQuery(sessionQuery).data;
  const config = useQuery(modelQuery(model)).data?.config;
  if (!session || !config) return { may: true, who: '', commentNeeded: false };
  const commentNeeded = config.retrain !== undefined && approvalOf(config.retrain.approval).comment === 'required';
  return { ...mayDecide(config, session), commentNeeded };
}
