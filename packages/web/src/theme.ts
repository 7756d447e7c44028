import { createTheme, type MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#edf4ff',
  '#d9e6fc',
  '#b0caf7',
  '#85acf2',
  '#6292ee',
  '#4b81ec',
  '#3f78ec',
  '#2563c9',
  '#1f57b3',
  '#12499d',
];

const slate: MantineColorsTuple = [
  '#dfe5ec',
  '#b9c2cd',
  '#98a4b3',
  '#76828f',
  '#47515d',
  '#343c47',
  '#262d36',
  '#171b21',
  '#11151a',
  '#0c0f13',
];

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: { light: 7, dark: 6 },
  colors: { sea, dark: slate },
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1rem' }, h3: { fontSize: '0.875rem' } },
  },
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, multiline: true, maw: 320 } },
    Table: {
      defaultProps: { verticalSpacing: 7, horizontalSpacing: 'sm', highlightOnHover: true, borderColor: 'var(--edge)' },
    },
    Button: { defaultProps: { size: 'xs' } },
    Anchor: { defaultProps: { underline: 'hover', inherit: true } },
    Timeline: { styles: { itemBody: { paddingBottom: 0 } } },
  },
});
