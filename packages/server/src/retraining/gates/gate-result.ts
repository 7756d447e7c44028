import type { GateResult, GateVerdict } from '@leeway/contract';
import { figure } from './words.ts';

const NOTHING: Omit<GateResult, 'type' | 'name' | 'verdict' | 'reason' | 'statement'> = {
  metric: '',
  ...{ champion: null, challenger: null, difference: null, lower: null, upper: null, better: null, form: null },
  ...{ margin: null, confidence: null, test: null, pValue: null, limit: null, n: 0, tables: [] },
};

/** A result, in which everything that is not given is not known. */
export function gateResult(
  gate: { type: string; name?: string | undefined },
  given: Partial<Omit<GateResult, 'type' | 'name'>> & { verdict: GateVerdict; reason: string },
): GateResult {
  const known = { ...NOTHING, statement: '', ...given };
  const name = gate.name ?? [gate.type, known.metric].filter((word) => word !== '').join(' ');
  const statement =
    known.statement || `${given.reason.replaceAll('_', ' ')}${known.n > 0 ? ` (${figure(known.n)} rows)` : ''}`;
  return { type: gate.type, ...known, name: plain(name), statement: plain(statement) };
}

/** What programs and configurations say is shown on terminals: nothing that steers one. */
const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

/** A result as the store has it: those of older servers lack what came since. */
export const readGate = (
  stored: Partial<GateResult> & Pick<GateResult, 'type' | 'verdict' | 'reason'>,
): GateResult => ({
  ...gateResult(stored, stored),
  ...stored,
});
