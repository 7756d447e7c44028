import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { ChartData } from './chart-data.ts';
import { CHART_HEIGHT, CHART_WIDTH, chartOption } from './chart-option.ts';

/** Pictures that are kept, so that ten channels and their retries draw one. */
const KEPT = 64;
const kept = new Map<string, Promise<Buffer>>();

/** The picture as PNG, twice as many pixels as it is wide and high. The same data give the same bytes. */
export function renderChart(data: ChartData): Promise<Buffer> {
  const key = createHash('sha256').update(JSON.stringify(data)).digest('base64url');
  const known = kept.get(key);
  const png = known ?? draw(data);
  kept.delete(key);
  kept.set(key, png);
  png.catch(() => kept.delete(key));
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return png;
}

async function draw(data: ChartData): Promise<Buffer> {
  const svg = await renderSvg(data);
  const { renderAsync } = await import('@resvg/resvg-js');
  const font = createRequire(import.meta.url);
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: {
      // What the system has differs from one to the next.
      loadSystemFonts: false,
      fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => font.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return image.asPng();
}

export async function renderSvg(data: ChartData): Promise<string> {
  const echarts = await loadCharts();
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height: CHART_HEIGHT });
  try {
    chart.setOption(chartOption(data));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

async function loadCharts() {
  const [core, { LineChart, ScatterChart }, components, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  const { GridComponent, MarkLineComponent, TitleComponent } = components;
  core.use([LineChart, ScatterChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);
  return core;
}
