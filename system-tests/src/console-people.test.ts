import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { writeBarcodeVideo } from './barcode-video.ts';
import { DESKTOP, launchChromium, openPage, PHONE } from './browser.ts';
import { ADMIN, ReorderProcess } from './reorder-process.ts';
import { ScriptedScales } from './scripted-scale.ts';
import { BOLT_EAN13, catalogue, PIECE_GRAMS } from './two-bins.ts';

const WAIT_MS = 45_000;
const NO_SUPPLIER_PORT = 9;

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

describe.runIf(needs('chromium', 'mosquitto'))('the console in people’s hands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-camera-'));
  let broker: MosquittoServer;
  let service: ReorderProcess;
  let scales: ScriptedScales;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    broker = await MosquittoServer.start();
    service = await ReorderProcess.start({ mqttUrl: broker.url, catalogue: catalogue(NO_SUPPLIER_PORT) });
    scales = await ScriptedScales.connect(broker.url);
    const video = join(folder, 'barcode.y4m');
    writeBarcodeVideo(video, BOLT_EAN13);
    browser = await launchChromium([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`,
    ]);
    ({ page } = await openPage(browser, { baseURL: service.baseUrl, viewport: PHONE }));
    page.setDefaultTimeout(WAIT_MS);
  });

  afterAll(async () => {
    await browser?.close();
    await scales?.close();
    await service?.close();
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What axe-core finds wrong by WCAG 2.1 AA, one line each. */
  async function violations(): Promise<string[]> {
    await page.evaluate(axe.source);
    const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((r) => r.violations)`;
    const found = (await page.evaluate(run)) as Violation[];
    return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
  }

  /** Polled: in the moment of a change of colours, or while a list is read, the picture is not yet the one to judge. */
  async function isUsable(look: string): Promise<void> {
    await expect.poll(violations, { timeout: WAIT_MS, message: look }).toEqual([]);
  }

  async function everyLook(check: (look: string) => Promise<void>): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [PHONE, DESKTOP]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize(viewport);
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        await check(`${colorScheme}, ${viewport.width} px`);
      }
    }
    await page.setViewportSize(PHONE);
  }

  test('signing in needs the keyboard alone', async () => {
    await page.goto('/');
    await page.getByLabel('Email').focus();
    await page.keyboard.type(ADMIN.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Bins' }).waitFor();
  });

  test('a person finds a bin by its barcode and counts it; the level is what they say', async () => {
    await scales.weigh('scale-bolts', 50 * PIECE_GRAMS);
    await page.getByRole('link', { name: 'Counting' }).first().click();
    await page.getByRole('button', { name: 'Scan or find' }).click();
    await page.getByText(`GTIN ${BOLT_EAN13}`).waitFor();
    await page.getByRole('link', { name: /Hex bolt M8×40/ }).click();
    await page.getByLabel(/How many pcs/).fill('47');
    await page.getByRole('button', { name: 'Save count' }).click();
    await page.getByText(/Counted 47 pcs; expected were 50 \(−3\)/).waitFor();
    await page.getByRole('list', { name: 'Movements, newest first' }).getByText('Counted').first().waitFor();
  });

  test('the sensor goes on from the count', async () => {
    await scales.weigh('scale-bolts', 45 * PIECE_GRAMS);
    await page.getByRole('main').getByText('42', { exact: true }).first().waitFor();
  });

  test.each([
    ['the stock list', '/', 'Bins'],
    ['the page of a bin', '/stock/plant-1/bin-bolts', 'Movements, newest first'],
  ])('%s can be used by everybody', async (_, path, list) => {
    await page.goto(path);
    await page.getByRole('list', { name: list }).waitFor();
    await everyLook(isUsable);
  });

  test('an order’s page and its dialog can be used by everybody', async () => {
    await scales.weigh('scale-bolts', 10 * PIECE_GRAMS);
    await page.goto('/orders');
    await page
      .getByRole('listitem', { name: /^Order / })
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('button', { name: 'Cancel order…' }).waitFor();
    await everyLook(isUsable);
    await page.getByRole('button', { name: 'Cancel order…' }).click();
    await page.getByRole('dialog').waitFor();
    await isUsable('the dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('the sign-in page can be used by everybody', async () => {
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
    await everyLook(isUsable);
  });
});
