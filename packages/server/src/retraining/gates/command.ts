import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { durationMs, LeewayError } from '@leeway/contract';
import { redact } from '../../notify/secret.ts';
import { runProgram } from '../../platform/run-program.ts';
import { CustomAnswer, fromAnswer } from './custom-answer.ts';
import { defineGate, type LiveEvidence } from './gate.ts';
import { gateResult } from './gate-result.ts';

const MOST_LINES = 50;

/**
 * A program of the user's. It finds the evidence as JSON at LEEWAY_EVALUATION and what both models said of the held-out rows
 * as CSV at LEEWAY_HOLDOUT_PREDICTIONS. Its last line that is a JSON object is its answer; without one, exit status 0 is a
 * pass, 1 a fail, and every other is inconclusive.
 */
export const command = defineGate<'command'>({
  type: 'command',
  phase: 'live',
  async judge(gate, live) {
    const { dir, evaluation, challenger, champion, signal } = live;
    const files = { evaluation: join(dir, 'evaluation.json'), predictions: join(dir, 'predictions.csv') };
    await writeFile(files.evaluation, JSON.stringify(evaluation, null, 1));
    await writePredictions(files.predictions, live);
    const lines: string[] = [];
    const deadline = AbortSignal.timeout(durationMs(gate.timeout));
    let exit: Awaited<ReturnType<typeof runProgram>>;
    try {
      exit = await runProgram({
        argv: gate.command,
        ...{ cwd: dirname(dirname(dir)), dir },
        env: {
          ...gate.env,
          LEEWAY_RUN_ID: evaluation.run,
          LEEWAY_MODEL: evaluation.model,
          LEEWAY_EVALUATION: files.evaluation,
          LEEWAY_HOLDOUT_PREDICTIONS: files.predictions,
          LEEWAY_CHALLENGER: challenger.path,
          LEEWAY_CHAMPION: champion?.path ?? '',
        },
        signal: AbortSignal.any([signal, deadline]),
        onLog: (line) => {
          lines.push(line);
          if (lines.length > MOST_LINES) lines.shift();
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted) exit = { exitCode: null, signal: 'SIGTERM' };
      else if (error instanceof LeewayError)
        return gateResult(gate, { verdict: 'inconclusive', reason: 'not_started', statement: error.detail });
      else throw error;
    }
    signal.throwIfAborted();
    if (deadline.aborted) {
      const statement = `it had not answered after ${gate.timeout}`;
      return gateResult(gate, { verdict: 'inconclusive', reason: 'timeout', statement });
    }
    const told = lines.map((line) => redact(line, Object.values(gate.env)));
    return gateResult(gate, readAnswer(told, exit.exitCode));
  },
});

/** What a program's lines and exit status say. */
export function readAnswer(lines: readonly string[], exitCode: number | null) {
  const last = lines.findLast((line) => line.trim().startsWith('{'));
  const answer = last === undefined ? null : parse(last);
  if (answer?.success) return fromAnswer(answer.data);
  const said = lines.slice(-3).join(' | ').slice(0, 500);
  const statement = `exit status ${exitCode ?? 'none'}${said ? `: ${said}` : ''}`;
  if (last !== undefined || (exitCode !== 0 && exitCode !== 1)) {
    const reason = last === undefined ? 'gate_failed' : 'unreadable_answer';
    return { verdict: 'inconclusive' as const, reason, statement };
  }
  return exitCode === 0
    ? { verdict: 'pass' as const, reason: 'exit_status_0', statement }
    : { verdict: 'fail' as const, reason: 'exit_status_1', statement };
}

function parse(line: string) {
  try {
    return CustomAnswer.safeParse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** A row for each held-out row: id, time, label, and what both models said. */
async function writePredictions(path: string, { holdout, evidence }: LiveEvidence): Promise<void> {
  const { labels, times, classes, task, challenger, champion } = evidence;
  const named = (value: number) => (task === 'regression' ? String(value) : quote(classes[value] ?? String(value)));
  const file = createWriteStream(path);
  file.write('id,time,label,champion,champion_score,challenger,challenger_score\n');
  const { codes, categories } = holdout.id;
  for (let row = 0; row < labels.length; row++) {
    const cells = [
      ...[quote(categories[codes[row]!] ?? ''), new Date(times[row]!).toISOString(), named(labels[row]!)],
      ...[champion ? named(champion.predicted[row]!) : '', champion?.scores?.[row] ?? ''],
      ...[named(challenger.predicted[row]!), challenger.scores?.[row] ?? ''],
    ];
    if (!file.write(`${cells.join(',')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
