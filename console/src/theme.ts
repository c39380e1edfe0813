import { createTheme, Modal, Notification, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

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

/** Mantine's own greys with the tint of the canvas: dialogs, fields and skeletons are of one room with the cards. */
const dark: MantineColorsTuple = [
  '#c9d1d1',
  '#b5bfbf',
  '#828f8f',
  '#6a7777',
  '#3d4848',
  '#2d3737',
  '#252d2d',
  '#1a1f1f',
  '#151919',
  '#121515',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: 7,
  colors: { petrol, dark },
  defaultRadius: 'md',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '650' },
  autoContrast: true,
  cursorType: 'pointer',
  components: {
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { title: { fontWeight: 650 } },
    }),
  },
});

/** Mantine's own text colours on light badges reach 2.6:1 for yellow; these reach WCAG AA (4.5:1) and more. */
const BADGE_TEXT_ON_LIGHT = {
  '--mantine-color-yellow-light-color': '#7a4d00',
  '--mantine-color-orange-light-color': '#9c3a00',
  '--mantine-color-red-light-color': '#b01c1c',
  '--mantine-color-teal-light-color': '#06603f',
  '--mantine-color-green-light-color': '#1c662c',
  '--mantine-color-lime-light-color': '#41640a',
  '--mantine-color-cyan-light-color': '#0a5d6b',
  '--mantine-color-gray-light-color': '#4b5356',
};

/** White on Mantine's own red reaches 3.3:1. */
const RED_BUTTONS = { '--mantine-color-red-filled': '#c92a2a', '--mantine-color-red-filled-hover': '#b02525' };

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--sw-canvas': '#f4f6f6',
    '--sw-card': '#ffffff',
    '--sw-line': '#e2e7e7',
    '--mantine-color-dimmed': '#566163',
    '--mantine-color-placeholder': '#6b7679',
    '--mantine-color-petrol-light-color': '#045b57',
    ...RED_BUTTONS,
    ...BADGE_TEXT_ON_LIGHT,
  },
  dark: {
    '--sw-canvas': '#121515',
    '--sw-card': '#1a1f1f',
    '--sw-line': '#2c3434',
    '--mantine-color-dimmed': '#9aa8a9',
    '--mantine-color-placeholder': '#8b9798',
    '--mantine-color-petrol-light-color': '#8adbd4',
    ...RED_BUTTONS,
  },
});
