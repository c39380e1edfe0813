import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { printRows, writeRows } from '@shelfwire/bench/results';
import type { Browser, Page } from 'playwright-core';

import { DESKTOP, launchChromium, openPage, PHONE } from '../browser.ts';
import { firstLoadRow, smoothnessRows } from './console-rows.ts';
import { ManyBins } from './many-bins.ts';
import { countFrames, smoothnessOf, type Smoothness } from './smoothness.ts';

const USAGE = `npm run bench:console -- [--console DIR]… [--bins N] [--rounds N]

Opens the stock list in Chromium, with so many bins of which 20 a second change, reads all of them by scrolling to the
end, scrolls, filters and searches, and prints what was felt: the longest task and the frames. Several folders with built
consoles are measured by turns in one run, so that they can be compared. Without one it is console/dist, and what was
measured goes into bench/results/latest.json, the first load of script too.`;

const CHANGES_PER_SECOND = 20;
const SCROLLED_PX = 700;
const SCROLLS = 120;
/** Many scrolls a look, so that the end of a list of hundreds of pages is reached. */
const LOADING_MS_MAX = 300_000;

const { values } = parseArgs({
  options: {
    console: { type: 'string', multiple: true },
    bins: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});
const [bins, rounds] = [Number(values.bins), Number(values.rounds)];
if (values.help || !(bins > 0) || !(rounds > 0)) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else if (values.console) {
  await measureAll(values.console);
} else {
  const built = fileURLToPath(new URL('../../../console/dist', import.meta.url));
  const felt = await measureAll([built]);
  const rows = [...felt].flatMap(([device, measured]) => smoothnessRows(device, bins, measured));
  const all = [firstLoadRow(built), ...rows];
  printRows(all);
  writeRows(all, ['console']);
  process.exitCode = all.every(({ ok }) => ok) ? 0 : 1;
}

/** @returns of each device what was felt, a round after the other */
async function measureAll(consoleDirs: readonly string[]): Promise<Map<string, Record<string, Smoothness>[]>> {
  const felt = new Map<string, Record<string, Smoothness>[]>();
  const browser = await launchChromium();
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const consoleDir of consoleDirs) {
        for (const [device, viewport] of [
          ['desktop', DESKTOP],
          ['phone', PHONE],
        ] as const) {
          const measured = await measure(browser, consoleDir, viewport);
          felt.set(device, [...(felt.get(device) ?? []), measured]);
          console.log(`\nround ${round}, ${consoleDir}, ${device}`);
          console.table(measured);
        }
      }
    }
  } finally {
    await browser.close();
  }
  return felt;
}

async function measure(
  browser: Browser,
  consoleDir: string,
  viewport: { width: number; height: number },
): Promise<Record<string, Smoothness>> {
  const site = await ManyBins.start({ consoleDir, bins, changesPerSecond: CHANGES_PER_SECOND });
  const { context, page } = await openPage(browser, { baseURL: site.url, viewport });
  try {
    page.setDefaultTimeout(LOADING_MS_MAX);
    await countFrames(page);
    await signIn(page);
    const loading = await smoothnessOf(page, () => readAll(page));
    const scrolling = await smoothnessOf(page, () => scroll(page));
    const idle = await smoothnessOf(page, () => page.waitForTimeout(3_000));
    const filtering = await smoothnessOf(page, () => filter(page));
    const searching = await smoothnessOf(page, () => search(page));
    return rounded({ loading, scrolling, idle, filtering, searching });
  } finally {
    await context.close();
    site.close();
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Email').fill('ann@plant.example');
  await page.getByRole('textbox', { name: 'Password' }).fill('anything');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('list', { name: 'Bins' }).waitFor();
}

/** To the end again and again, until the list says how many bins there are. */
async function readAll(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const step = () => {
      // The number of rows is told with each row, once the last is read.
      if (document.querySelector('[aria-setsize="${bins}"]')) return resolve();
      if (performance.now() - startedAt > ${LOADING_MS_MAX}) return reject(new Error('the list does not end'));
      window.scrollTo(0, document.documentElement.scrollHeight);
      setTimeout(step, 30);
    };
    step();
  })`);
}

/** Up through the middle of the list, as fast as a wheel can. */
async function scroll(page: Page): Promise<void> {
  await page.mouse.move(600, 400);
  for (let i = 0; i < SCROLLS; i += 1) await page.mouse.wheel(0, i % 50 < 40 ? -SCROLLED_PX : SCROLLED_PX);
}

async function filter(page: Page): Promise<void> {
  await page.evaluate('window.scrollTo(0, 0)');
  for (const status of ['Low', 'Out of stock', 'All']) {
    await page.getByRole('button', { name: status, exact: true }).click();
    await page.locator('[aria-busy=false] [role=list]').waitFor();
  }
}

async function search(page: Page): Promise<void> {
  await page.getByRole('searchbox').pressSequentially('bearing 0123', { delay: 60 });
  await page.getByText('Ball bearing 0123').first().waitFor();
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await page.getByText('Hex bolt 00000').first().waitFor();
}

function rounded(rows: Record<string, Smoothness>): Record<string, Smoothness> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      name,
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, Math.round(Number(value) * 10) / 10]),
      ) as unknown as Smoothness,
    ]),
  );
}
