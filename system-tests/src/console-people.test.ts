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
  let supplierUrl: string;
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
    supplierUrl = `http://127.0.0.1:${supplierPort}/events`;
    service = await ReorderProcess.start({
      mqttUrl: broker.url,
      catalogue: catalogue(supplierPort, BINS_WITHOUT_SENSOR),
      env: { SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8' },
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

  const focused = (): Promise<unknown> => page.evaluate('document.activeElement?.textContent');

  const orderOf = (on: Page, item: string) =>
    on
      .getByRole('listitem', { name: /^Order / })
      .filter({ hasText: item })
      .getByRole('link')
      .first();

  /** A buyer, in a browser of their own. */
  async function signedInColleague(): Promise<Page> {
    const email = 'colleague@plant.example';
    const password = 'another password of the test';
    const { accessToken } = await post('auth/login', ADMIN);
    const invitation = { email, displayName: 'Cora League', role: 'buyer' };
    const { temporaryPassword } = await post('users', invitation, accessToken);
    const first = await post('auth/login', { email, password: temporaryPassword });
    const change = { currentPassword: temporaryPassword, newPassword: password };
    await post('me/password', change, first['accessToken']);
    const opened = await openPage(browser, { baseURL: service.baseUrl, viewport: DESKTOP });
    opened.page.setDefaultTimeout(WAIT_MS);
    await opened.page.goto('/');
    await opened.page.getByLabel('Email').fill(email);
    await opened.page.getByRole('textbox', { name: 'Password' }).fill(password);
    await opened.page.getByRole('button', { name: 'Sign in' }).click();
    await opened.page.getByRole('list', { name: 'Bins' }).waitFor();
    return opened.page;
  }

  async function post(path: string, body: object, token?: string): Promise<Record<string, string>> {
    const response = await fetch(`${service.baseUrl}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    expect(response.ok, path).toBe(true);
    return (await response.json()) as Record<string, string>;
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

  test('readings that are nobody’s are discarded, once somebody has confirmed it', async () => {
    await scales.weigh('scale-lost', 70);
    await page.goto('/doubt');
    const card = page.getByRole('listitem').filter({ hasText: 'scale-lost' });
    await card.getByRole('button', { name: 'Discard…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 reading of scale-lost is gone for good.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(focused, { message: 'the focus is back at what opened the dialog' }).toBe('Discard…');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByText('1 discarded.').waitFor();
    await card.waitFor({ state: 'detached' });
  });

  test('goods are reserved for a job, and handed out', async () => {
    await page.goto('/stock/plant-1/bin-spare');
    await page.getByRole('button', { name: 'Reserve…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/How many pcs/).fill('5');
    await dialog.getByLabel('For').fill('Job 4711');
    await isUsable('the reservation');
    await dialog.getByRole('button', { name: 'Reserve', exact: true }).click();
    await page.getByText('33 on hand + 0 on order − 5 reserved').waitFor();

    await page.goto('/reservations');
    const card = page.getByRole('listitem').filter({ hasText: 'For Job 4711' });
    await card.getByRole('button', { name: 'Hand out…' }).click();
    await page.getByLabel('How many pcs, for Job 4711?').fill('2');
    await page.getByRole('button', { name: 'Hand out', exact: true }).click();
    await card.getByText('2 handed out, 3 left').waitFor();
    await isUsable('the reservations');
    await card.getByRole('button', { name: 'Cancel it…' }).click();
    await page.getByRole('button', { name: 'Cancel reservation' }).click();
    await card.waitFor({ state: 'detached' });
  });

  test('a lot that expires soon is recorded, and listed for those who have to use it up', async () => {
    await page.goto('/stock/plant-1/bin-spare');
    await page.getByRole('button', { name: 'Record a lot…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/How many pcs/).fill('8');
    await dialog.getByRole('textbox', { name: 'Lot', exact: true }).fill('CH-0815');
    const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    await dialog.getByLabel('Use by').fill(inTenDays);
    await dialog.getByRole('button', { name: 'Record it' }).click();
    await page.getByRole('list', { name: 'Lots in this bin' }).getByText('CH-0815').waitFor();
    await page.goto('/lots');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'CH-0815' })
      .getByText(/Expires in \d+ days/)
      .waitFor();
    await everyLook(isUsable);
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

  test('a supplier is asked for an order earlier, and the order says so until they answer', async () => {
    await page.getByText('Sent', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Ask for it earlier…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Wanted by').fill('2031-03-14T08:00');
    await dialog.getByLabel('Why').fill('the line stops on Friday');
    await isUsable('the request');
    await dialog.getByRole('button', { name: 'Ask the supplier' }).click();
    // The service knows best what is due when: this is later than what was agreed.
    await page.getByText('it is due by then anyway').waitFor();
    const soon = new Date(Date.now() + 3_600_000);
    const local = new Date(soon.getTime() - soon.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    await page.getByRole('button', { name: 'Ask for it earlier…' }).click();
    await dialog.getByLabel('Wanted by').fill(local);
    await dialog.getByLabel('Why').fill('the line stops on Friday');
    await dialog.getByRole('button', { name: 'Ask the supplier' }).click();
    await page.getByText('The supplier has not answered yet').waitFor();
    await everyLook(isUsable);
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

  test('a rule has every order wait for a person', async () => {
    await page.goto('/approvals');
    await page.getByRole('button', { name: 'New rule…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('every-order');
    await isUsable('the rule');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Change rule every-order' }).waitFor();
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

  test('an order that waits is changed by one person and approved by another', async () => {
    await page.goto('/orders');
    await orderOf(page, 'Hex nut').click();
    await page.getByRole('button', { name: 'Change…' }).click();
    await page.getByLabel('Hex nut').fill('5');
    await page.getByLabel('Note for the supplier').fill('in one parcel');
    await isUsable('the change of an order');
    await page.getByRole('button', { name: 'Save the change' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('main').getByText('5 packs = 50 pcs').first().waitFor();

    const colleague = await signedInColleague();
    await colleague.goto(page.url());
    await colleague.getByRole('button', { name: 'Approve…' }).click();
    await colleague.getByText('It is sent to the supplier at once.').waitFor();
    await colleague.getByRole('button', { name: 'Approve and send' }).click();
    await colleague.getByRole('button', { name: 'Approve…' }).waitFor({ state: 'detached' });
    // Pushed to whoever looks at it, too.
    await page.getByText('Sent', { exact: true }).first().waitFor();
    await colleague.context().close();
  });

  test.each([
    ['Insights', 'Fill rate'],
    ['Approvals and budgets', 'because the rule every-order is met'],
    ['Gateways', 'New gateway…'],
    ['Audit trail', 'Policy changed'],
    ['Suggestions', 'Nothing is suggested'],
  ])('the page %s can be used by everybody', async (heading, text) => {
    const paths = {
      Insights: '/insights',
      Gateways: '/gateways',
      'Audit trail': '/audit',
      Suggestions: '/suggestions',
    };
    await page.goto(paths[heading as keyof typeof paths] ?? '/approvals');
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.getByText(text).first().waitFor();
    await isUsable(heading);
  });

  test('a file is checked before it counts: first its mistakes, then what would change', async () => {
    await page.goto('/import');
    const rows = page.getByLabel('Or paste the rows');
    await rows.fill('itemId;name\nbolt-m8;Bolt of the import\n;nameless');
    await page.getByRole('button', { name: 'Check it' }).click();
    await page.getByRole('list', { name: 'Mistakes in the file' }).getByText('line 3').first().waitFor();
    await isUsable('the mistakes');
    await rows.fill('itemId;name\nwasher-m8;Washer of the import');
    await page.getByRole('button', { name: 'Check it' }).click();
    await page.getByText('name: Washer M8 → Washer of the import').waitFor();
    await isUsable('what would change');
    await page.getByRole('button', { name: 'Import this row' }).click();
    await page.getByText('Imported: 0 new, 1 changed').waitFor();
    await page.goto('/stock/plant-1/bin-spare');
    await page.getByRole('heading', { name: 'Washer of the import' }).waitFor();
  });

  test('a system is told what happens: its secret is shown once, a test says whether it arrives', async () => {
    await page.goto('/webhooks');
    await page.getByRole('button', { name: 'New webhook…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('erp');
    await dialog.getByLabel('Address').fill(supplierUrl);
    await isUsable('the new webhook');
    await dialog.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByTestId('webhook-secret').textContent()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('It arrived:').waitFor();
    await everyLook(isUsable);
    await page.getByRole('link', { name: 'Events' }).click();
    await page.getByRole('heading', { name: 'Events for erp' }).waitFor();
    await isUsable('the events');
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
