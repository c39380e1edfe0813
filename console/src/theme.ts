import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#e6f7f6',
  '#d0ecea',
  '#a3d8d4',
  '#72c3bd',
  '#4ab1aa',
  '#30a69e',
  '#1d9b93',
  '#0b7a75',
  '#046c67',
  '#005c58',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol },
  defaultRadius: 'md',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '650' },
  autoContrast: true,
  cursorType: 'pointer',
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--sw-canvas': '#f4f6f6',
    '--sw-card': '#ffffff',
    '--sw-line': '#e2e7e7',
    '--mantine-color-dimmed': '#5a6668',
  },
  dark: {
    '--sw-canvas': '#121515',
    '--sw-card': '#1a1f1f',
    '--sw-line': '#2c3434',
    '--mantine-color-dimmed': '#9aa8a9',
  },
});
