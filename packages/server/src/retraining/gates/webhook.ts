import { durationMs, LeewayError } from '@leeway/contract';
import { redact } from '../../notify/secret.ts';
import { OutboundError, type OutboundResponse } from '../../platform/outbound.ts';
import { CustomAnswer, fromAnswer } from './custom-answer.ts';
import { defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';

const MOST_TRIES = 2;
const TOLD = 200;

/** An address of the user's, to which the evidence is posted as JSON, and which answers with a verdict. */
export const webhook = defineGate<'webhook'>({
  type: 'webhook',
  phase: 'live',
  async judge(gate, { evaluation, outbound, signal }) {
    const open = (reason: string, statement: string) =>
      gateResult(gate, {
        verdict: 'inconclusive',
        reason,
        statement: redact(statement, [gate.url, ...Object.values(gate.headers)]).slice(0, 500),
      });
    let response: OutboundResponse | null = null;
    let failure = '';
    for (let attempt = 0; attempt < MOST_TRIES && response === null; attempt++) {
      try {
        const answer = await outbound({
          url: gate.url,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'idempotency-key': `${evaluation.run}/${evaluation.challenger}/${gate.name}`,
            ...gate.headers,
          },
          body: JSON.stringify(evaluation),
          deadlineMs: durationMs(gate.timeout),
          signal,
        });
        if (answer.status < 500) response = answer;
        else failure = `it answered ${answer.status}`;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OutboundError || error instanceof LeewayError)) throw error;
        failure = error.message;
      }
    }
    if (response === null) return open('unreachable', failure);
    const { status, body } = response;
    if (status < 200 || status > 299) return open('refused', `it answered ${status}`);
    const answer = CustomAnswer.safeParse(parsed(body));
    if (!answer.success) return open('unreadable_answer', `it answered ${status} with ${body.slice(0, TOLD)}`);
    return gateResult(gate, fromAnswer(answer.data));
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
