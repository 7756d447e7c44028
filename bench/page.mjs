/** docs/reference/performance.md, from the results of a run with --peers. Pure. */
export function performancePage(results, machine) {
  const rows = results.map(({ name, ours, bare, against, unit, ratio, want, memoryMb, note }) => {
    const memory = memoryMb ? `${memoryMb[0]}${memoryMb[1] ? ` / ${memoryMb[1]}` : ''} MB` : '';
    const cells = [
      name,
      `${figure(ours)} ${unit}`,
      bare === null ? `${against}: not measured` : `${figure(bare)} ${unit} (${against})`,
      ratio === null ? '' : `**${Number(ratio.toPrecision(3))}**${want ? ` (wanted ${want})` : ''}`,
      [memory, note.replace(/^\((.*)\)$/, '$1')].filter(Boolean).join('; '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `<!-- Made by \`npm run bench -- --peers\`; not to be edited. -->
# Performance

Measured on ${machine}. A ratio above 1 means that Leeway is faster, so many times. Both sides read the
same files or the same values in the same run; whole processes are measured from start to end, imports included. Times are
medians, memory is the peak of a process. Your figures will differ; the ratios should not by much.

| work | Leeway | beside | ratio | memory, notes |
|---|---|---|---|---|
${rows.join('\n')}

Repeat it with \`npm run bench -- --peers\`: it needs Python 3.11 and, the first time, the package index. The versions of the
peers stand in \`conformance/requirements\`.
`;
}

const figure = (x) => (x >= 1000 ? Math.round(x).toLocaleString('en') : String(Number(x.toPrecision(3))));
