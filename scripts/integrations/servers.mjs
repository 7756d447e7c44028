// Programs that are started for tests and ended after them: on free ports of loopback, each in a process group of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Asked for at once, so that no two are the same. */
export async function freePorts(n) {
  const servers = Array.from({ length: n }, () => createServer());
  await Promise.all(servers.map((server) => new Promise((done) => server.listen(0, '127.0.0.1', done))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Programs of one peer. Its output is kept in files of `folder`. */
export class Processes {
  #folder;
  #children = [];

  constructor(folder) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    process.once('exit', this.#kill);
  }

  /** Starts a program that goes on. */
  start(name, command, args, env) {
    const log = openSync(this.#log(name), 'a');
    const child = spawn(command, args, { cwd: this.#folder, env, stdio: ['ignore', log, log], detached: true });
    child.once('error', () => {});
    const entry = { name, child, ended: new Promise((done) => child.once('exit', done).once('error', done)) };
    this.#children.push(entry);
    return entry;
  }

  /** Runs a program to its end. */
  async run(name, command, args, env) {
    const { child, ended } = this.start(name, command, args, env);
    await ended;
    if (child.exitCode !== 0) throw new Error(`${name} failed: ${this.lastLine(name)}`);
  }

  /** Waits until `ready` answers true. Fails at once if a program has ended that is to go on. */
  async until(ready, what, deadlineMs) {
    const began = Date.now();
    for (;;) {
      if (await ready().catch(() => false)) return;
      const dead = this.#children.find(({ child }) => child.exitCode > 0 || child.signalCode !== null);
      if (dead) throw new Error(`${dead.name} has ended: ${this.lastLine(dead.name)}`);
      if (Date.now() - began > deadlineMs) throw new Error(`${what} was not ready after ${deadlineMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  lastLine(name) {
    const lines = readFileSync(this.#log(name), 'utf8').trim().split('\n');
    return (lines.findLast((line) => /error|exception/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
  }

  async stop() {
    process.removeListener('exit', this.#kill);
    const running = this.#children.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    for (const { child } of running) signal(child, 'SIGTERM');
    const late = setTimeout(this.#kill, 10_000);
    await Promise.all(running.map(({ ended }) => ended));
    clearTimeout(late);
    // What a program has left behind in its group.
    this.#kill();
  }

  #kill = () => {
    for (const { child } of this.#children) signal(child, 'SIGKILL');
  };

  #log = (name) => join(this.#folder, `${name}.log`);
}

/** To a program and all that it has begun. */
function signal(child, name) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group has ended.
  }
}

/** An answer of a server that is starting; null where there is none. */
export async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(10_000) }).catch(() => null);
  if (!response?.ok) return null;
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
