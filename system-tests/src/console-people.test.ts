import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
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
import { BINS_WITHOUT_SENSOR, BOLT_EAN13, catalogue, PIECE_GRAMS } from './two-bins.ts';

const WAIT_MS = 45_000;

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

describe.runIf(needs('chromium', 'mosquitto'))('the console in people’s hands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-camera-'));
  let broker: MosquittoServer;
  let supplier: Server;
  let service: ReorderProcess;
  let scales: ScriptedScales;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    broker = await MosquittoServer.start();
    // Takes orders and answers none: its people do.
    supplier = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => supplier.listen(0, '127.0.0.1', resolve));
    const address = supplier.address();
    const supplierPort = typeof address === 'object' && address !== null ? address.port : 0;
    service = await ReorderProcess.start({
      mqttUrl: broker.url,
      catalogue: catalogue(supplierPort, BINS_WITHOUT_SENSOR),
    });
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
    supplier?.closeAllConnections();
    supplier?.close();
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

  test('goods of an unknown scale wait until somebody says which bin it looks into', async () => {
    await scales.weigh('scale-new', 33 * PIECE_GRAMS);
    await page.goto('/doubt');
    await page.getByRole('list', { name: 'Readings that wait for somebody' }).waitFor();
    await everyLook(isUsable);
    await page.getByRole('button', { name: 'Assign to a bin…' }).click();
    await page.getByRole('combobox', { name: /The bin it looks into/ }).click();
    await page.getByRole('option', { name: /A-03/ }).click();
    await page.getByRole('button', { name: 'Assign it' }).click();
    await page.getByText('1 reading is accounted.').waitFor();
    await page.goto('/stock/plant-1/bin-spare');
    await page.getByRole('main').getByText('33', { exact: true }).first().waitFor();
  });

  test('goods are moved to another bin of the same item, and are no consumption', async () => {
    await scales.weigh('scale-nuts', 45 * PIECE_GRAMS);
    await page.goto('/stock/plant-1/bin-nuts');
    await page.getByRole('main').getByText('45', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Move…' }).click();
    await page.getByLabel(/How many pcs/).fill('2');
    await page.getByRole('combobox', { name: 'Bin' }).click();
    await page.getByRole('option', { name: /A-04/ }).click();
    await page.getByRole('button', { name: 'Move them' }).click();
    await page.getByText(/Noted. What the scales see/).waitFor();
    await scales.weigh('scale-nuts', 43 * PIECE_GRAMS);
    await page.getByRole('list', { name: 'Movements, newest first' }).getByText('Moved').first().waitFor();
    await page.goto('/moves');
    await page.getByRole('listitem').filter({ hasText: 'A-02 → A-04' }).getByText('Done').waitFor();
  });

  test('an order’s page and its dialog can be used by everybody', async () => {
    // Below the safety stock, too: an alert is raised while the tests go on.
    await scales.weigh('scale-bolts', 3 * PIECE_GRAMS);
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

  /** As the supplier's own system does it. */
  async function supplierAccepts(orderId: string): Promise<void> {
    const response = await fetch(`${service.baseUrl}/api/v1/supplier/order-responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-bolts-inc', 'content-type': 'application/json' },
      body: JSON.stringify({
        schema: 'order-response/1',
        messageId: randomUUID(),
        orderId,
        supplierOrderNumber: 'B-4711',
        atMs: Date.now(),
        lines: [{ lineNumber: 1, code: 'IA', confirmedUnits: 6 }],
      }),
    });
    expect(response.status).toBe(200);
  }

  test('a part of an order is received, found by the supplier’s number, and the rest is closed short', async () => {
    const orderId = page.url().split('/').at(-1) ?? '';
    await supplierAccepts(orderId);
    await page.goto('/receiving');
    await page.getByRole('button', { name: 'Scan or find' }).click();
    await page.getByLabel('Or type the code').fill('b-4711');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByRole('list', { name: 'Orders found' }).getByRole('link').click();
    await page.getByLabel(/How many pcs of Hex bolt/).fill('30');
    await page.getByText('30 pcs short').waitFor();
    await everyLook(isUsable);
    await page.getByRole('button', { name: 'Book what came…' }).click();
    await page.getByText('30 pcs are still missing and stay on order').waitFor();
    await page.getByRole('button', { name: 'Book it' }).click();
    await page.getByRole('list', { name: 'What came so far' }).getByText('30 pcs').waitFor();

    await page.goto(`/orders/${orderId}`);
    await page.getByRole('button', { name: 'Close short…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('the rest is sold out');
    await dialog.getByRole('button', { name: 'Close the order' }).click();
    await page.getByText('closed short: the rest is sold out').first().waitFor();
  });

  test('an alert shows up by itself, and somebody takes it on', async () => {
    await page.getByTestId('alert-count').waitFor();
    await page.getByRole('link', { name: /^Alerts, \d+ waiting/ }).click();
    const alert = page.getByRole('listitem').filter({ hasText: /Hex bolt M8×40 is (below|out)/ });
    await alert.getByRole('button', { name: 'I look after it' }).click();
    await page
      .getByRole('list', { name: 'Somebody looks after it' })
      .getByText(/Hex bolt M8×40 is/)
      .waitFor();
    await everyLook(isUsable);
  });

  test('a policy is tried before it is saved, then decides', async () => {
    await scales.weigh('scale-nuts', 50 * PIECE_GRAMS);
    await page.goto('/policies/plant-1/bin-nuts');
    await page.getByRole('button', { name: 'Change policy…' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await page.getByLabel('Reorder point').fill('70');
    // What the service refuses stands at its field: the maximum is 60.
    await page.getByText('must be above reorderPoint').waitFor();
    await page.getByLabel('Reorder point').fill('55');
    await page.getByLabel('Fill up to').fill('90');
    await preview.getByText(/^Shelfwire would now order 4 packs = 40 pcs of Hex nut .* reorder point 55\.$/).waitFor();
    await isUsable('the editor with its preview');
    const save = page.getByRole('button', { name: 'Save policy' });
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel('Why').fill('more is used in summer');
    await save.click();
    await page.getByText('“more is used in summer”').waitFor();
    await page.getByText('Min–max: at ≤ 55, up to 90 pcs').first().waitFor();
  });

  test.each([
    ['Insights', 'Fill rate'],
    ['Approvals and budgets', 'It would go out at once'],
    ['Gateways', 'New gateway…'],
    ['Audit trail', 'Policy changed'],
  ])('the page %s can be used by everybody', async (heading, text) => {
    await page.goto({ Insights: '/insights', Gateways: '/gateways', 'Audit trail': '/audit' }[heading] ?? '/approvals');
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.getByText(text).first().waitFor();
    await isUsable(heading);
  });

  test('somebody of the supplier is let in, chooses a password, and acknowledges with another date', async () => {
    await page.goto('/people');
    await page.getByRole('button', { name: 'Invite…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Email').fill('sales@bolts.example');
    await dialog.getByLabel('Name').fill('Sal Bolt');
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Supplier' }).click();
    await dialog.getByRole('combobox', { name: 'Of the supplier' }).click();
    await page.getByRole('option', { name: 'Bolts Inc.' }).click();
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    const temporary = (await page.getByTestId('temporary-password').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Email').fill('sales@bolts.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(temporary);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('textbox', { name: 'The temporary password' }).fill(temporary);
    await page.getByRole('textbox', { name: 'New password', exact: true }).fill('nuts and bolts and screws');
    await page.getByRole('textbox', { name: 'New password again' }).fill('nuts and bolts and screws');
    await isUsable('the password page');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'Stock', level: 1 }).waitFor();
    await page.goto('/orders');
    const card = page.getByRole('listitem', { name: /^Order / }).filter({ hasText: 'Hex nut' });
    await card.getByRole('link').first().click();
    await page.getByRole('button', { name: 'Acknowledge…' }).click();
    await page.getByText('You confirm it as ordered.').waitFor();
    await page.getByLabel('Delivery on').fill('2031-03-14');
    await page.getByText('You confirm it for another date.').waitFor();
    await isUsable('the acknowledgement');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.getByText('Promised for', { exact: false }).first().waitFor();
    expect(await page.getByRole('main').textContent()).toMatch(/Promised for .*2031/);
    await page.getByRole('button', { name: 'Announce shipment…' }).waitFor();
  });

  test('the sign-in page can be used by everybody', async () => {
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
    await everyLook(isUsable);
  });
});
