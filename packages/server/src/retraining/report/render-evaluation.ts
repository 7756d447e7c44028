import type { RunEvaluation } from '@leeway/contract';
import { escaped } from '../../check/render/junit.ts';
import { type Block, blocksOf, VERDICT_WORDS } from './blocks.ts';
import { calibrationSvg } from './calibration-svg.ts';
import { forestSvg } from './forest.ts';

const titleOf = ({ verdict, challenger, champion, model }: RunEvaluation): string =>
  `${VERDICT_WORDS[verdict]}: ${model} ${challenger}${champion === null ? '' : ` against ${champion}`}`;

/** An evaluation as one HTML page that needs nothing else: no script, no font, no picture from outside. Pure. */
export function evaluationHtml(evaluation: RunEvaluation, hash: string): string {
  const title = escaped(titleOf(evaluation));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><header class="${evaluation.verdict}"><h1>${title}</h1></header>
${blocksOf(evaluation).map(blockHtml).join('\n')}
<p class="dim">Evaluated ${escaped(evaluation.evaluatedAt)}; SHA-256 of the evidence ${hash}</p></main></body></html>
`;
}

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2330;--dim:#5d6778;--line:#dde2ea;--bad:#b3261e;--good:#1a7340;--warn:#8a5a00;--own:#2563c9}
@media (prefers-color-scheme:dark){:root{--bg:#12161d;--fg:#e6eaf0;--dim:#9aa5b5;--line:#2b3340;--bad:#ff8a80;--good:#6fd39a;--warn:#f0c060;--own:#7fb0ff}}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}main{max-width:1120px;margin:0 auto;padding:24px}
h1{font-size:22px}h2{font-size:17px;margin:24px 0 8px}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
td,th{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:500}
.bad td:first-child,p.bad,.fail h1{color:var(--bad)}.warn td:first-child,p.warn,.inconclusive h1{color:var(--warn)}.pass h1{color:var(--good)}.dim{color:var(--dim);font-size:13px}
svg{max-width:760px;width:100%;height:auto}svg.small{max-width:300px}svg text{font:12px system-ui,sans-serif;fill:var(--fg)}path{fill:none}
.axis{stroke:var(--line)}.diagonal{stroke:var(--dim);stroke-dasharray:3 3}.champion{stroke:var(--dim);stroke-width:2}.challenger{stroke:var(--own);stroke-width:2}
g .line{stroke-width:2}g .bar{stroke:var(--dim);stroke-dasharray:2 3}.pass .line{stroke:var(--good)}.pass circle{fill:var(--good)}.fail .line{stroke:var(--bad)}.fail circle{fill:var(--bad)}.inconclusive .line{stroke:var(--warn)}.inconclusive circle{fill:var(--warn)}
`;

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`;
    case 'text':
      return `<p${block.tone ? ` class="${block.tone}"` : ''}>${escaped(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const head = block.head.map((cell) => `<th>${escaped(cell)}</th>`).join('');
      const rows = block.rows.map(
        ({ cells, tone }) =>
          `<tr${tone ? ` class="${tone}"` : ''}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
      );
      return `<div class="scroll"><table><tr>${head}</tr>${rows.join('\n')}</table></div>`;
    }
    case 'forest':
      return forestSvg(block.gates);
    case 'calibration':
      return `<p class="dim">Blue: challenger. Grey: champion. Dashed: scores that are probabilities.</p>${calibrationSvg(block.curves).replace('<svg ', '<svg class="small" ')}`;
  }
}

const SIGNS = { bad: '❌ ', warn: '⚠️ ' };

/** An evaluation as Markdown, for a comment or a ticket; pictures are left out. Pure. */
export function evaluationMarkdown(evaluation: RunEvaluation, hash: string): string {
  const lines = [`# ${markdown(titleOf(evaluation))}`, ''];
  for (const block of blocksOf(evaluation)) {
    if (block.kind === 'heading') lines.push(`## ${markdown(block.text)}`, '');
    else if (block.kind === 'text') lines.push(`${block.tone ? SIGNS[block.tone] : ''}${markdown(block.text)}`, '');
    else if (block.kind === 'list') lines.push(...block.items.map((item) => `- ${markdown(item)}`), '');
    else if (block.kind === 'table') {
      const row = (cells: readonly string[]) => `| ${cells.map(markdown).join(' | ')} |`;
      lines.push(row(block.head), `|${block.head.map(() => '---').join('|')}|`);
      for (const { cells, tone } of block.rows) {
        const [first = '', ...rest] = cells;
        lines.push(row([`${tone ? SIGNS[tone] : ''}${first}`, ...rest]));
      }
      lines.push('');
    } else lines.splice(-2, 2);
  }
  lines.push(`Evaluated ${evaluation.evaluatedAt}; SHA-256 of the evidence \`${hash}\``, '');
  return lines.join('\n');
}

/** Text that Markdown and HTML leave as it is. */
const markdown = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>#|~!]/g, '\\$&');
