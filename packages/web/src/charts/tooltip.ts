import { escapeHtml } from '../lib/format.ts';
import type { Palette } from './palette.ts';

/** Rows of a tooltip as HTML; everything given is text and is escaped. */
export function tooltipHtml(title: string, rows: readonly (readonly [string, string])[], note?: string): string {
  const cells = rows
    .map(([name, value]) => `<span class="tip-name">${escapeHtml(name)}</span><span>${escapeHtml(value)}</span>`)
    .join('');
  const foot = note ? `<div class="tip-note">${escapeHtml(note)}</div>` : '';
  return `<div class="tip"><div class="tip-title">${escapeHtml(title)}</div><div class="tip-rows">${cells}</div>${foot}</div>`;
}

export function tooltipStyle(palette: Palette) {
  return {
    backgroundColor: palette.surface,
    borderColor: palette.line,
    padding: [8, 10],
    textStyle: { color: palette.text, fontSize: 12 },
    extraCssText: 'box-shadow: 0 4px 16px rgb(0 0 0 / 18%); max-width: 340px; white-space: normal;',
    confine: true,
    transitionDuration: 0,
  };
}
