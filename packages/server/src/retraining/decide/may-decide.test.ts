import { approvalOf, RetrainConfig } from '@leeway/contract';
import { expect, it } from 'vitest';
import { mayDecide } from './may-decide.ts';

const rows: [
  intent: string,
  approval: object | string,
  who: [actor: string, role: string | null, comment: string],
  expected: RegExp | null,
][] = [
  ['an operator, by default', 'approve', ['eve', 'operator', ''], null],
  [
    'an operator where an admin is asked for',
    { role: 'admin' },
    ['eve', 'operator', ''],
    /for admins, and "eve" is an operator/,
  ],
  ['an admin where an admin is asked for', { role: 'admin' }, ['ann', 'admin', ''], null],
  ['an admin where an operator is enough', { role: 'operator' }, ['ann', 'admin', ''], null],
  ['one of those named', { by: ['ann', 'bob'] }, ['bob', 'operator', ''], null],
  ['an admin who is not named', { by: ['bob'] }, ['ann', 'admin', ''], /is for bob, and this is "ann"/],
  ['without the comment that is asked for', { comment: 'required' }, ['eve', 'operator', '  '], /^comment_required$/],
  ['with the comment that is asked for', { comment: 'required' }, ['eve', 'operator', 'fine'], null],
  ['the server itself', { role: 'admin', by: ['ann'] }, ['leeway', null, ''], null],
];

it.each(rows)('%s', (_, approval, [actor, role, comment], expected) => {
  const policy = approvalOf(RetrainConfig.parse({ approval }).approval);
  const why = mayDecide(policy, { actor, role, comment });
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});
