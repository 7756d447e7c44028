import type { ApprovalPolicy } from '@leeway/contract';

/** Who wants to decide on a run. */
interface Decider {
  actor: string;
  /** Role of their token; null for the server itself. */
  role: string | null;
  comment: string;
}

/** Why the policy does not let somebody decide, or null. */
export function mayDecide(
  policy: ApprovalPolicy,
  { actor, role, comment }: Decider,
): 'comment_required' | string | null {
  if (role !== null && policy.role === 'admin' && role !== 'admin')
    return `the approval of this model is for admins, and "${actor}" is an ${role}`;
  if (role !== null && policy.by && !policy.by.includes(actor))
    return `the approval of this model is for ${policy.by.join(', ')}, and this is "${actor}"`;
  return policy.comment === 'required' && comment.trim() === '' ? 'comment_required' : null;
}
