import { anyOf } from './any-of.ts';
import { calibration } from './calibration.ts';
import { command } from './command.ts';
import { compare } from './compare.ts';
import { explain } from './explain.ts';
import { fairness } from './fairness.ts';
import type { Gate, GateType } from './gate.ts';
import { latency } from './latency.ts';
import { replay } from './replay.ts';
import { signature } from './signature.ts';
import { size } from './size.ts';
import { slices } from './slices.ts';
import { threshold } from './threshold.ts';
import { webhook } from './webhook.ts';

/** Every kind of gate. A new one is a file here, a line here and its options in the contract's gate-config.ts. */
export const GATES: { readonly [T in GateType]: Gate<T> } = {
  threshold,
  compare,
  any_of: anyOf,
  slices,
  calibration,
  fairness,
  signature,
  latency,
  size,
  replay,
  explain,
  command,
  webhook,
};

export const gateOf = (type: GateType): Gate => GATES[type] as unknown as Gate;
