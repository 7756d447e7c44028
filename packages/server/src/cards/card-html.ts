import type { ModelCard } from '@leeway/contract';
import MarkdownIt from 'markdown-it';
import { escapeHtml } from '../platform/escape-html.ts';
import { cardBody } from './card-markdown.ts';

/** HTML in what people wrote is text, and links go to the web alone. */
const markdown = new MarkdownIt({ html: false, linkify: false });

/** Prose of people, safe to be shown. */
export const proseHtml = (text: string): string => markdown.render(text);

/** A card as one file that needs nothing else, fit to be printed. */
export const cardHtml = (card: ModelCard): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${card.model} ${card.version}: model card`)}</title><style>${STYLE}</style></head>
<body><main>
${markdown.render(cardBody(card))}</main></body></html>
`;

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2330;--dim:#5d6778;--line:#dde2ea;--soft:#f5f7fa}
@media(prefers-color-scheme:dark){:root{--bg:#12161d;--fg:#e6eaf0;--dim:#9aa5b5;--line:#2b3340;--soft:#1a202a}}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.55 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.7rem;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-top:1px solid var(--line);padding-top:1rem}h3{font-size:1rem;margin:1.2rem 0 .4rem;color:var(--dim)}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92rem;display:block;overflow-x:auto}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
th{color:var(--dim);font-weight:500}th:empty{display:none}li{margin:.2rem 0}
@media print{body{font-size:11px}h2{break-after:avoid}table,tr{break-inside:avoid}}
`;
