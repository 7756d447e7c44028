import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type InferOptions, Leeway, type LeewayOptions } from './client.ts';
import type { Environment } from './environment.ts';
import { LeewayClientError } from './errors.ts';
import type { RecorderCounts, RecorderOptions } from './recorder.ts';
import { type FakeAnswer, FakeServer } from './testing/fake-server.ts';

interface Step {
  record?: string[];
  /** Milliseconds; `done` is what it resolves to, true unless said. */
  flush?: number;
  close?: number;
  done?: boolean;
  untilPauses?: number;
  untilRequests?: number;
  untilTold?: number;
  resume?: true;
}

interface Case {
  name: string;
  do: 'send' | 'labels' | 'invoke' | 'infer' | 'record';
  rows?: string[];
  /** Characters to add to each row. */
  pad?: number;
  options?: LeewayOptions;
  recorder?: RecorderOptions;
  call?: InferOptions;
  steps?: Step[];
  hold?: boolean;
  answers: FakeAnswer[];
  expect: {
    requests?: string[][];
    count?: number;
    path?: string;
    headers?: Record<string, string | null>;
    body?: unknown;
    waits?: number[];
    result?: unknown;
    error?: Record<string, unknown>;
    counts?: RecorderCounts;
    told?: [code: string, lost: number][];
  };
}

const { cases } = JSON.parse(readFileSync(new URL('../../../clients/cases.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

test.for(cases)('$do: $name', async (given) => {
  const server = await FakeServer.start(given.answers);
  const waits: number[] = [];
  let release = () => {};
  const environment: Partial<Environment> = {
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        waits.push(ms);
        if (!given.hold || signal?.aborted) return resolve();
        release = resolve;
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  const leeway = new Leeway({ url: server.url, token: 'secret', ...given.options }, environment);
  const rowOf = (id: string) =>
    given.do === 'labels'
      ? { id, label: 'yes' }
      : { id, time: 1_750_000_000_000, x: 1, prediction: 'yes', ...(given.pad ? { pad: 'x'.repeat(given.pad) } : {}) };
  const rows = (given.rows ?? []).map(rowOf);
  const call = () => {
    switch (given.do) {
      case 'send':
        return leeway.predictions.send('m', rows);
      case 'labels':
        return leeway.labels.send('m', rows);
      case 'invoke':
        return leeway.invoke('m', rows, given.call);
      case 'infer':
        return leeway.infer('m', rows, given.call);
      case 'record':
        return record();
    }
  };

  async function record(): Promise<void> {
    const told: [string, number][] = [];
    const recorder = leeway.recorder('m', {
      maxRows: 100,
      maxWaitMs: 60_000,
      onError: (error, lost) => told.push([error.code, lost]),
      ...given.recorder,
    });
    for (const step of given.steps ?? []) {
      for (const id of step.record ?? []) expect(recorder.record(rowOf(id))).toBe(id);
      if (step.flush !== undefined) expect(await recorder.flush(step.flush)).toBe(step.done ?? true);
      if (step.close !== undefined) expect(await recorder.close(step.close)).toBe(step.done ?? true);
      if (step.untilPauses !== undefined) await expect.poll(() => waits.length).toBe(step.untilPauses);
      if (step.untilRequests !== undefined) await expect.poll(() => server.seen.length).toBe(step.untilRequests);
      if (step.untilTold !== undefined) await expect.poll(() => told.length).toBe(step.untilTold);
      if (step.resume) release();
    }
    expect(recorder.counts).toEqual(given.expect.counts);
    expect(told).toEqual(given.expect.told);
    expect(server.ids).toEqual(given.expect.requests);
    await recorder.close(0);
  }

  try {
    const wanted = given.expect;
    const outcome = await call().then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    if (wanted.error) {
      const { error } = outcome as { error: unknown };
      expect(error).toBeInstanceOf(LeewayClientError);
      expect(error).toMatchObject(wanted.error);
      expect((error as LeewayClientError).remedy).not.toBe('');
    } else {
      expect(outcome).toEqual({ result: wanted.result });
    }
    if (wanted.requests && given.do !== 'record') expect(server.ids).toEqual(wanted.requests);
    if (wanted.count !== undefined) expect(server.seen).toHaveLength(wanted.count);
    if (wanted.waits) expect(waits).toEqual(wanted.waits);
    if (wanted.path) expect(server.seen[0]!.path).toBe(wanted.path);
    if (wanted.body) expect(JSON.parse(server.seen[0]!.body)).toEqual(wanted.body);
    for (const [name, value] of Object.entries(wanted.headers ?? {})) {
      expect(server.seen[0]!.headers[name] ?? null).toBe(value);
    }
  } finally {
    await server.close();
  }
});
