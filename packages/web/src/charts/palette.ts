/** Colours of the charts, after Okabe and Ito's colour-blind safe set, one for each scheme. */
export interface Palette {
  accent: string;
  text: string;
  dim: string;
  line: string;
  surface: string;
  reference: string;
  threshold: string;
  /** Of estimates made without labels. */
  estimate: string;
  shadows: readonly string[];
  critical: string;
  warning: string;
  info: string;
  good: string;
  gap: string;
  /** Classes of the heatmaps: four below the threshold, three from it on. */
  calm: readonly [string, string, string, string];
  alarm: readonly [string, string, string];
}

const light: Palette = {
  accent: '#2563c9',
  text: '#1c2430',
  dim: '#5f6b7a',
  line: '#e3e7ec',
  surface: '#ffffff',
  reference: '#7a8694',
  threshold: '#c2410c',
  estimate: '#a0518b',
  shadows: ['#0f8a78', '#8a6d1d', '#5d5fb0'],
  critical: '#c4420a',
  warning: '#b07800',
  info: '#3b87b8',
  good: '#14805f',
  gap: 'rgba(110, 122, 138, 0.13)',
  calm: ['#f0f4f8', '#dfe8f1', '#c6d7e8', '#a5c1dd'],
  alarm: ['#f7b267', '#e4671b', '#9c2f06'],
};

const dark: Palette = {
  accent: '#6ea3ff',
  text: '#dfe5ec',
  dim: '#98a4b3',
  line: '#2b323b',
  surface: '#171b21',
  reference: '#8592a1',
  threshold: '#f28c57',
  estimate: '#d58fc2',
  shadows: ['#3fc3ad', '#cfae52', '#a3a5f0'],
  critical: '#f0764a',
  warning: '#e0aa3e',
  info: '#6cb6e4',
  good: '#45bd95',
  gap: 'rgba(150, 164, 180, 0.14)',
  calm: ['#1d242c', '#243240', '#2c4459', '#375d80'],
  alarm: ['#8f5a1c', '#cc6a1f', '#ff9a5c'],
};

export const palettes = { light, dark } as const;

export function severityColor(palette: Palette, severity: string): string {
  return severity === 'critical' ? palette.critical : severity === 'warning' ? palette.warning : palette.info;
}
