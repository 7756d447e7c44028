/** Who decides on a challenger, with every key said. */
export interface ApprovalPolicy {
  mode: 'suggest' | 'approve' | 'auto';
  role: 'operator' | 'admin';
  by?: string[] | undefined;
  comment: 'required' | 'optional';
  expires: string;
  first: 'approve' | 'auto';
}

/** What an approval is that says no more than its mode. */
export const APPROVAL_DEFAULTS = {
  mode: 'approve',
  role: 'operator',
  comment: 'optional',
  expires: '7d',
  first: 'approve',
} as const satisfies ApprovalPolicy;

/** The approval with every key said. Without a schema, so that the dashboard need not load any. */
export const approvalOf = (given: ApprovalPolicy | ApprovalPolicy['mode']): ApprovalPolicy =>
  typeof given === 'string' ? { ...APPROVAL_DEFAULTS, mode: given } : given;
