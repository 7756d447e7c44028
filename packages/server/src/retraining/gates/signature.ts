import { readFile } from 'node:fs/promises';
import { readModel, type ValueInfoProto } from '../../learner/onnx-proto.ts';
import { defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';

/** Types of ONNX tensors by their codes, as far as models have them. */
const TYPES: Record<number, string> = {
  1: 'float',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'double',
};

/**
 * That the challenger was loaded and scored has shown that it takes the model's features and answers; beyond that, its inputs
 * and outputs must be those of the champion.
 */
export const signature = defineGate<'signature'>({
  type: 'signature',
  phase: 'live',
  async judge(gate, { challenger, champion }) {
    if (challenger.format !== 'onnx') {
      return gateResult(gate, { verdict: 'inconclusive', reason: 'external_model' });
    }
    const own = await signatureOf(challenger.path);
    if (!champion) {
      const statement = 'it takes the features of the model; there is no champion whose signature it could have';
      return gateResult(gate, {
        verdict: 'pass',
        reason: 'takes_the_features',
        statement,
        tables: [tableOf(own, null)],
      });
    }
    if (champion.format !== 'onnx') return gateResult(gate, { verdict: 'inconclusive', reason: 'champion_not_scored' });
    const former = await signatureOf(champion.path);
    const changes = changesOf(former, own);
    const tables = [tableOf(own, former)];
    return changes.length === 0
      ? gateResult(gate, {
          ...{ verdict: 'pass', reason: 'same_signature', tables },
          statement: `${own.length} inputs and outputs, the same as those of ${champion.version}`,
        })
      : gateResult(gate, {
          ...{ verdict: 'fail', reason: 'other_signature', tables },
          statement: `against ${champion.version}: ${changes.join('; ')}`,
        });
  },
});

export interface Port {
  side: 'input' | 'output';
  name: string;
  /** Such as float[N, 3]. */
  type: string;
}

async function signatureOf(path: string): Promise<Port[]> {
  const { graph } = readModel(await readFile(path));
  // Old models list their constants among the inputs.
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const ports = (side: Port['side'], values: ValueInfoProto[]) =>
    values.map((value) => ({ side, name: value.name, type: typeOf(value) }));
  return [
    ...ports(
      'input',
      graph.input.filter(({ name }) => !constants.has(name)),
    ),
    ...ports('output', graph.output),
  ];
}

function typeOf({ type }: ValueInfoProto): string {
  const tensor = type?.tensorType;
  if (!tensor) return 'no tensor';
  const shape = (tensor.shape?.dim ?? []).map(({ dimValue }) => (dimValue ? String(dimValue) : 'N'));
  return `${TYPES[tensor.elemType] ?? `type ${tensor.elemType}`}[${shape.join(', ')}]`;
}

/** What is other than before, in words. The order does not matter. */
export function changesOf(former: readonly Port[], own: readonly Port[]): string[] {
  const find = (ports: readonly Port[], { side, name }: Port) =>
    ports.find((port) => port.side === side && port.name === name);
  const gone = former.filter((port) => !find(own, port)).map(({ side, name }) => `${side} ${name} is gone`);
  const changed = own.flatMap((port) => {
    const before = find(former, port);
    if (!before) return [`${port.side} ${port.name} (${port.type}) is new`];
    return before.type === port.type ? [] : [`${port.side} ${port.name} is ${port.type}, it was ${before.type}`];
  });
  return [...gone, ...changed];
}

const tableOf = (own: readonly Port[], former: readonly Port[] | null) => ({
  title: 'Inputs and outputs',
  columns: ['', 'name', 'champion', 'challenger'],
  rows: own.map(({ side, name, type }) => {
    const before = former?.find((port) => port.side === side && port.name === name);
    return [side, name, before?.type ?? null, type];
  }),
});
