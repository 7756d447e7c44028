import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { App } from '../../app/app.ts';
import { readConfig } from '../../config/load.ts';
import { Flights } from '../../demo/flights.ts';
import { play, STORY } from '../../demo/play.ts';
import { startReceivers } from '../../demo/receivers.ts';
import { renderSummary, summarize } from '../../demo/summary.ts';
import { ManualClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { Api } from '../api.ts';
import type { AddCommand, GlobalOptions } from '../command.ts';
import { note, print, printJson } from '../io.ts';
import { createStatusLine } from '../status-line.ts';
import { announce, untilStopped, withdraw } from './serve.ts';

export const addDemoCommand: AddCommand = (program) => {
  program
    .command('demo')
    .description('play half a year of real flights through a whole Leeway, then stay up')
    .option('--seconds-per-day <n>', 'real seconds that a day takes at least', Number, 0.8)
    .option('--share <s>', 'part of the flights that is played, 0 to 1', Number, 0.5)
    .option('--until <date>', 'stop before this day', STORY.to)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', Number, 7373)
    .option('--exit', 'end when the story is over')
    .option('--json', 'print the summary as one JSON document')
    .addHelpText('after', '\nExample:\n  leeway demo --seconds-per-day 0.5')
    .action(async (_options, self) => {
      const options = self.optsWithGlobals() as DemoOptions;
      await runDemo(options);
    });
};

interface DemoOptions extends GlobalOptions {
  secondsPerDay: number;
  share: number;
  until: string;
  host: string;
  port: number;
  exit?: boolean;
}

async function runDemo(options: DemoOptions): Promise<void> {
  const dataDir = options.data ?? (await mkdtemp(join(tmpdir(), 'leeway-demo-')));
  const progress = createStatusLine('reading the flights');
  const flights = await Flights.load(options.share);
  const say = (text: string) => progress.above(text);
  const receivers = await startReceivers(({ by, subject }) => say(`${pc.dim(`${by} caught`)} ${subject}`));
  Object.assign(process.env, receivers.env);
  const clock = new ManualClock(STORY.from);
  const app = await App.open({
    config: await readConfig(exampleConfig()),
    dataDir,
    clock,
    host: options.host,
    port: options.port,
    log: createLogger(process.env['LEEWAY_LOG_LEVEL'] ?? 'warn'),
    write: (text) => say(text.trimEnd()),
  });
  const stopped = new AbortController();
  const interrupted = untilStopped().then(() => stopped.abort());
  try {
    const url = await app.start({ work: false });
    const link = await announce(app, url);
    say(`Leeway serves at ${pc.bold(url)}; log in with ${pc.cyan(link)}`);
    say(
      `Playing ${Math.round(options.share * 100)} % of three million flights of January to June 2001, by a fixed choice`,
    );
    const api = await Api.connect({ data: app.ctx.dataDir });
    await play({
      app,
      clock,
      api,
      flights,
      story: { ...STORY, to: options.until },
      secondsPerDay: options.secondsPerDay,
      onStep: ({ text, done, total }) => progress.update(text, done, total),
      onFault: (text) => say(pc.yellow(text)),
      signal: stopped.signal,
    });
    progress.done('the story is over');
    const summary = await summarize(api);
    if (options.json) printJson(summary);
    else print(`\n${renderSummary(summary, url)}\n`);
    if (options.exit) return;
    app.ctx.jobs.start();
    note(`The server stays up. Log in with ${pc.cyan(`${url}/login#${link.split('#')[1]}`)}; Ctrl-C ends it.`);
    await interrupted;
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    progress.done('stopped');
  } finally {
    await withdraw(app);
    await app.close();
    await receivers.close();
    if (!options.data) await rm(dataDir, { recursive: true, force: true });
  }
}

/** The example as it lies in the repository, or as it is shipped beside the built code. */
function exampleConfig(): string {
  const places = ['../../demo/leeway.yaml', '../../../../../examples/flights/leeway.yaml'];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  if (!found) throw new Error('examples/flights/leeway.yaml is not there');
  return found;
}
