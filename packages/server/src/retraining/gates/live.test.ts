import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GateConfig, type GateResult, type RunEvaluation } from '@leeway/contract';
import { afterAll, describe, expect, it } from 'vitest';
import { createOutbound } from '../../platform/outbound.ts';
import { readAnswer } from './command.ts';
import type { ConfigOf, GateType, LiveEvidence } from './gate.ts';
import { gateOf } from './index.ts';
import { judgeTimings } from './latency.ts';
import { judgeReplay } from './replay.ts';
import { changesOf } from './signature.ts';
import { evidenceOf } from './testdata/evidence.ts';

const config = <T extends GateType>(given: { type: T } & Record<string, unknown>) =>
  GateConfig.parse(given) as ConfigOf<T>;

describe('latency', () => {
  const rounds = (ms: number[]) => ms.map((value) => Array<number>(20).fill(value));
  const steady = rounds(Array<number>(10).fill(1));
  const throughput = { challenger: 1000, champion: 900 };
  const gate = config({ type: 'latency', ratio: 1.5 });
  const rows: [
    intent: string,
    own: number[][],
    champion: number[][] | null,
    more: object,
    verdict: string,
    reason: string,
  ][] = [
    ['as fast', steady, steady, {}, 'pass', 'fast_enough'],
    ['twice as slow', rounds(Array<number>(10).fill(2)), steady, {}, 'fail', 'slower_than_champion'],
    ['slow in some rounds', rounds([9, 9, 9, 1, 1, 1, 1, 1, 1, 1]), steady, {}, 'pass', 'fast_enough'],
    [
      'slow in most rounds, not in all',
      rounds([9, 9, 9, 9, 9, 9, 1, 1, 1, 1]),
      steady,
      {},
      'inconclusive',
      'too_noisy',
    ],
    ['over the limit', steady, steady, { belowMs: 0.5 }, 'fail', 'too_slow'],
    ['no champion, no limit', steady, null, {}, 'inconclusive', 'no_champion'],
    ['no champion, within the limit', steady, null, { belowMs: 5 }, 'pass', 'fast_enough'],
  ];
  it.each(rows)('%s', (_, challenger, champion, more, verdict, reason) => {
    const found = judgeTimings({ ...gate, ...more }, { challenger, champion, throughput }, false);
    expect(found).toMatchObject({ verdict, reason });
  });

  it('says of a champion that cannot be run that it cannot be run', () => {
    const found = judgeTimings(gate, { challenger: steady, champion: null, throughput }, true);
    expect(found.reason).toBe('champion_not_scored');
  });
});

describe('signature', () => {
  const port = (side: 'input' | 'output', name: string, type: string) => ({ side, name, type });
  const former = [port('input', 'age', 'float[N, 1]'), port('output', 'label', 'int64[N]')];
  it.each([
    ['the same', former, []],
    ['in another order', former.toReversed(), []],
    [
      'another type',
      [port('input', 'age', 'double[N, 1]'), former[1]!],
      ['input age is double[N, 1], it was float[N, 1]'],
    ],
    ['one gone', [former[1]!], ['input age is gone']],
    ['one more', [...former, port('input', 'sex', 'string[N, 1]')], ['input sex (string[N, 1]) is new']],
    [
      'the other side',
      [port('output', 'age', 'float[N, 1]'), former[1]!],
      ['input age is gone', 'output age (float[N, 1]) is new'],
    ],
  ])('%s', (_, own, changes) => {
    expect(changesOf(former, own)).toEqual(changes);
  });
});

describe('replay', () => {
  const gate = config({ type: 'replay', changed: 0.1 });
  const scores = Float64Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
  const said = (score: Float64Array) => ({ score, prediction: Array.from(score, (p) => (p >= 0.5 ? 'yes' : 'no')) });
  const rows: [intent: string, own: Float64Array, verdict: string, reason: string][] = [
    ['the same', scores, 'pass', 'predictions_alike'],
    ['a little higher', scores.map((p) => Math.min(1, p + 0.02)), 'pass', 'predictions_alike'],
    ['much higher', scores.map((p) => p ** 0.3), 'fail', 'predictions_moved'],
    ['turned round', scores.map((p) => 1 - p), 'fail', 'decisions_moved'],
  ];
  it.each(rows)('%s', (_, own, verdict, reason) => {
    const found = judgeReplay(gate, { task: 'binary' }, { champion: said(scores), challenger: said(own) });
    expect(found).toMatchObject({ verdict, reason, n: 1000 });
  });

  it('knows classes and numbers', () => {
    const classes = (names: string[]) => ({ score: null, prediction: names });
    const [a, b] = [classes(Array(300).fill('a')), classes(Array(300).fill('b'))];
    expect(judgeReplay(gate, { task: 'multiclass' }, { champion: a, challenger: a }).verdict).toBe('pass');
    expect(judgeReplay(gate, { task: 'multiclass' }, { champion: a, challenger: b }).verdict).toBe('fail');
    const numbers = { score: null, prediction: scores };
    const found = judgeReplay(gate, { task: 'regression' }, { champion: numbers, challenger: numbers });
    expect(found).toMatchObject({ verdict: 'pass', challenger: 0 });
  });
});

const root = mkdtempSync(join(tmpdir(), 'gates-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

/** What a gate that calls out is given. */
function live(more: Partial<LiveEvidence> = {}): LiveEvidence {
  const evidence = evidenceOf({ rows: 3 });
  const dir = join(root, String(folders++), 'gates', '0');
  mkdirSync(dir, { recursive: true });
  const artifact = (version: string, bytes: number) => ({
    version,
    format: 'external',
    path: '/none',
    bytes,
    scorer: null,
  });
  return {
    ...{ model: {}, warehouse: {}, evidence, dir, now: 0 },
    holdout: {
      id: { kind: 'categorical', categories: ['a', 'b,"1"', 'c'], codes: Int32Array.of(0, 1, 2) },
      table: { rows: 3 },
    },
    ...{ challenger: artifact('v2', 300), champion: artifact('v1', 100) },
    evaluation: { run: 'r1', model: 'churn', challenger: 'v2', gates: [] as GateResult[] } as unknown as RunEvaluation,
    outbound: createOutbound({ allow: () => ['127.0.0.0/8'] }),
    signal: new AbortController().signal,
    ...more,
  } as LiveEvidence;
}

const judge = (given: { type: GateType } & Record<string, unknown>, more?: Partial<LiveEvidence>) => {
  const gate = gateOf(given.type);
  if (gate.phase !== 'live') throw new Error(`${given.type} is not live`);
  return gate.judge(GateConfig.parse(given) as never, live(more));
};

describe('what models that cannot be run here can show', () => {
  it.each(['signature', 'latency', 'replay'] as const)('%s: nothing', async (type) => {
    expect(await judge({ type })).toMatchObject({ verdict: 'inconclusive', reason: 'external_model' });
  });

  it.each([
    [{ ratio: 2 }, 'fail', 'misses_threshold', 200],
    [{ ratio: 3 }, 'pass', 'meets_threshold', 300],
    [{ ratio: 9, bytes: 250 }, 'fail', 'misses_threshold', 250],
  ])('size %j', async (more, verdict, reason, limit) => {
    expect(await judge({ type: 'size', ...more })).toMatchObject({ verdict, reason, limit });
  });

  it('size without a champion', async () => {
    expect(await judge({ type: 'size' }, { champion: null })).toMatchObject({ reason: 'no_champion' });
    expect(await judge({ type: 'size', bytes: 300 }, { champion: null })).toMatchObject({ verdict: 'pass' });
  });
});

describe('command', () => {
  it.each([
    ['a verdict', ['hello', '{"verdict":"fail","reason":"too old","value":3}'], 0, 'fail', 'custom'],
    [
      'the last one counts',
      ['{"verdict":"fail","reason":"x"}', '{"verdict":"pass","reason":"y"}', 'bye'],
      1,
      'pass',
      'custom',
    ],
    ['exit status 0', ['fine'], 0, 'pass', 'exit_status_0'],
    ['exit status 1', ['not fine'], 1, 'fail', 'exit_status_1'],
    ['exit status 2', [], 2, 'inconclusive', 'gate_failed'],
    ['ended by a signal', [], null, 'inconclusive', 'gate_failed'],
    ['no JSON', ['{"verdict":'], 0, 'inconclusive', 'unreadable_answer'],
    ['another word', ['{"verdict":"maybe","reason":"x"}'], 0, 'inconclusive', 'unreadable_answer'],
  ])('%s', (_, lines, exitCode, verdict, reason) => {
    expect(readAnswer(lines, exitCode)).toMatchObject({ verdict, reason });
  });

  const node = (code: string, more: object = {}) =>
    judge({ type: 'command', name: 'own', command: [process.execPath, '-e', code], ...more });

  it('is given the evidence and what both said', async () => {
    const found = await node(`
      const { readFileSync } = require('node:fs');
      const { run } = JSON.parse(readFileSync(process.env.LEEWAY_EVALUATION));
      const rows = readFileSync(process.env.LEEWAY_HOLDOUT_PREDICTIONS, 'utf8').trim().split('\\n');
      const ok = rows[0] === 'id,time,label,champion,champion_score,challenger,challenger_score' && rows[2].startsWith('"b,""1""",1970-');
      console.log(JSON.stringify({ verdict: ok ? 'pass' : 'fail', reason: run + ' ' + rows.length, value: 4, lower: 3, upper: 5 }));
    `);
    expect(found).toMatchObject({
      name: 'own',
      verdict: 'pass',
      statement: 'r1 4 (4)',
      challenger: 4,
      lower: 3,
      upper: 5,
    });
  });

  it('is stopped when its time is up, and shows no secret', async () => {
    expect(await node('setTimeout(() => {}, 60_000)', { timeout: '1s' })).toMatchObject({ reason: 'timeout' });
    const told = await node('console.log("no " + process.env.KEY); process.exit(1)', { env: { KEY: 'sesame-1234' } });
    expect(told).toMatchObject({ verdict: 'fail', statement: 'exit status 1: no [secret]' });
  });

  it('that is not there is inconclusive', async () => {
    const found = await judge({ type: 'command', name: 'own', command: ['/no/such/program'] });
    expect(found).toMatchObject({ verdict: 'inconclusive', reason: 'not_started' });
  });
});

describe('webhook', () => {
  async function serve(answers: [status: number, body: string][]) {
    const seen: { headers: Record<string, unknown>; body: unknown }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => (body += piece));
      request.on('end', () => {
        seen.push({ headers: request.headers, body: JSON.parse(body) });
        const [status, text] = answers[Math.min(seen.length, answers.length) - 1]!;
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const found = await judge({
      ...{ type: 'webhook', name: 'risk', url: `http://127.0.0.1:${port}/judge` },
      headers: { authorization: 'Bearer sesame-1234' },
    });
    await new Promise((resolve) => server.close(resolve));
    return { found, seen };
  }

  it('posts the evidence, and takes the verdict', async () => {
    const { found, seen } = await serve([[200, '{"verdict":"pass","reason":"fine","value":1}']]);
    expect(found).toMatchObject({ verdict: 'pass', reason: 'custom', statement: 'fine (1)' });
    expect(seen[0]!.body).toMatchObject({ run: 'r1', challenger: 'v2' });
    expect(seen[0]!.headers).toMatchObject({ authorization: 'Bearer sesame-1234', 'idempotency-key': 'r1/v2/risk' });
  });

  it.each<[string, [number, string][], number, string]>([
    [
      'tries once more',
      [
        [503, ''],
        [200, '{"verdict":"pass","reason":"x"}'],
      ],
      2,
      'custom',
    ],
    ['gives up', [[503, '']], 2, 'unreachable'],
    ['a refusal is not asked again', [[403, '']], 1, 'refused'],
    ['another answer', [[200, '<html>']], 1, 'unreadable_answer'],
  ])('%s', async (_, answers, asked, reason) => {
    const { found, seen } = await serve(answers);
    expect(found.reason).toBe(reason);
    expect(seen).toHaveLength(asked);
    expect(found.verdict).toBe(reason === 'custom' ? 'pass' : 'inconclusive');
  });

  it('does not call what it may not', async () => {
    const outbound = createOutbound({ allow: () => [] });
    const found = await judge({ type: 'webhook', name: 'x', url: 'http://127.0.0.1:1/secret-path' }, { outbound });
    expect(found).toMatchObject({ verdict: 'inconclusive', reason: 'unreachable' });
    expect(found.statement).not.toContain('secret-path');
  });
});
