/** Where progress is written: stderr, so that stdout holds the answer alone. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
}

export interface Progress {
  tick(steps?: number): void;
  done(): void;
}

const WIDTH = 24;

/** Progress of work: a bar on a terminal, a plain line otherwise. Without a total there is nothing to measure, only a label. */
export function progress(stream: ProgressStream, label: string, total?: number): Progress {
  if (!stream.isTTY) {
    stream.write(`${label}\n`);
    return { tick() {}, done() {} };
  }
  let count = 0;
  let shown = '';
  const draw = () => {
    const filled = total ? Math.min(WIDTH, Math.round((count / total) * WIDTH)) : 0;
    const bar = total ? ` ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${count}/${total}` : ' …';
    const line = `${label}${bar}`;
    if (line !== shown) stream.write(`\r\u001b[K${line}`);
    shown = line;
  };
  draw();
  return {
    tick(steps = 1) {
      count += steps;
      draw();
    },
    done() {
      stream.write('\r\u001b[K');
    },
  };
}
