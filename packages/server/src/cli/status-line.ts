import pc from 'picocolors';

export interface StatusLine {
  /** Says what is being done, and how much of it. */
  update(text: string, done?: number, total?: number): void;
  /** Prints a line above the bar. */
  above(text: string): void;
  /** Ends the bar with a last word. */
  done(text: string): void;
  /** Ends the bar without one. */
  clear(): void;
}

/** Where it is drawn: stderr, so that stdout holds the answer alone. */
export interface StatusStream {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** Lines on a pipe come no closer together than this. */
const PLAIN_MS = 5_000;
const WIDTH = 24;

/** Progress on stderr: a bar on a terminal, a line now and then elsewhere. */
export function createStatusLine(text: string, stream: StatusStream = process.stderr): StatusLine {
  const live = stream.isTTY === true;
  let shown = '';
  let printedAt = 0;
  const draw = (line: string) => {
    if (!live) return;
    shown = line;
    stream.write(`\r\u001b[2K${line}`);
  };
  const progress: StatusLine = {
    update(what, done, total) {
      const share = done === undefined || !total ? null : Math.min(1, done / total);
      if (live)
        return draw(
          share === null
            ? `${pc.cyan('…')} ${what}`
            : `${bar(share)} ${String(Math.round(share * 100)).padStart(3)} %  ${what}`,
        );
      if (Date.now() - printedAt < PLAIN_MS) return;
      printedAt = Date.now();
      stream.write(`${share === null ? '' : `${Math.round(share * 100)} %  `}${what}\n`);
    },
    above(line) {
      if (!live) {
        stream.write(`${line}\n`);
        return;
      }
      const bottom = shown;
      stream.write(`\r\u001b[2K${line}\n`);
      draw(bottom);
    },
    clear() {
      if (live) stream.write('\r\u001b[2K');
      shown = '';
    },
    done(what) {
      if (live) stream.write('\r\u001b[2K');
      shown = '';
      stream.write(`${pc.green('✓')} ${what}\n`);
    },
  };
  progress.update(text);
  return progress;
}

function bar(share: number): string {
  const full = Math.round(share * WIDTH);
  return pc.cyan('█'.repeat(full)) + pc.dim('░'.repeat(WIDTH - full));
}
