import { approvalOf } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { mayDecide } from './decider.ts';
import { modelQuery, sessionQuery } from './queries.ts';

/** Whether who looks at the page may do more than look. Till it is known they may: the server decides in any case. */
export function useMayAct(): boolean {
  const session = useQuery(sessionQuery).data;
  return session === undefined || session.role === 'operator' || session.role === 'admin';
}

/** The approval of a model's policy as it concerns who looks at the page. */
export function useApproval(model: string): { may: boolean; who: string; commentNeeded: boolean } {
  const session = useQuery(sessionQuery).data;
  const config = useQuery(modelQuery(model)).data?.config;
  if (!session || !config) return { may: true, who: '', commentNeeded: false };
  const commentNeeded = config.retrain !== undefined && approvalOf(config.retrain.approval).comment === 'required';
  return { ...mayDecide(config, session), commentNeeded };
}
