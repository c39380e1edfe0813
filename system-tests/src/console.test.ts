import { createServer, type Server } from 'node:http';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DESKTOP, launchChromium, openPage, PHONE } from './browser.ts';
import { ADMIN, ReorderProcess } from './reorder-process.ts';
import { ScriptedScales } from './scripted-scale.ts';
import { catalogue, PIECE_GRAMS } from './two-bins.ts';

/** Generous: other tests may share the machine. What is measured elsewhere is not timed here. */
const EVENTUALLY_MS = 90_000;

// oxlint-disable-next-line vitest/require-awaited-expect-poll -- whoever calls it awaits the matcher
const eventually = <Value>(probe: () => Value | Promise<Value>) => expect.poll(probe, { timeout: EVENTUALLY_MS });

describe.runIf(needs('chromium', 'mosquitto'))('the console', () => {
  let broker: MosquittoServer;
  let supplier: Server;
  let service: ReorderProcess;
  let scales: ScriptedScales;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    broker = await MosquittoServer.start();
    supplier = createServer((request, response) => {
      request.resume();
      // It refuses: what a supplier may have cannot be cancelled from here, and a test below cancels.
      response.writeHead(422, { 'Content-Type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => supplier.listen(0, '127.0.0.1', resolve));
    const address = supplier.address();
    const supplierPort = typeof address === 'object' && address !== null ? address.port : 0;
    service = await ReorderProcess.start({
      mqttUrl: broker.url,
      catalogue: catalogue(supplierPort),
      env: { SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8' },
    });
    scales = await ScriptedScales.connect(broker.url);
    browser = await launchChromium();
    ({ context, page, complaints } = await openPage(browser, { baseURL: service.baseUrl, viewport: DESKTOP }));
    page.setDefaultTimeout(EVENTUALLY_MS);
  });

  afterAll(async () => {
    await context?.close();
    await browser?.close();
    await scales?.close();
    await service?.close();
    supplier?.closeAllConnections();
    supplier?.close();
    await broker?.close();
  });

  const row = (name: string) => page.getByRole('article', { name: new RegExp(`^${name} in`) });

  async function signIn(on: Page): Promise<void> {
    await on.getByLabel('Email').fill(ADMIN.email);
    await on.getByRole('textbox', { name: 'Password' }).fill(ADMIN.password);
    await on.getByRole('button', { name: 'Sign in' }).click();
  }

  test('asks to sign in, and says what is wrong with a wrong password', async () => {
    await page.goto('/orders');
    await page.getByLabel('Email').fill(ADMIN.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('Email or password is wrong');
  });

  test('leads on to the page that was asked for, then lists the bins', async () => {
    await signIn(page);
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Stock', exact: true }).click();
    await row('Hex bolt M8×40').waitFor();
    await eventually(() => page.getByTestId('live-state').textContent()).toContain('Live');
  });

  test('shows a level within a second or two of the scale, without a reload', async () => {
    await scales.weigh('scale-bolts', 50 * PIECE_GRAMS);
    await row('Hex bolt M8×40').getByText('50', { exact: true }).first().waitFor({ timeout: EVENTUALLY_MS });
    await scales.weigh('scale-bolts', 37 * PIECE_GRAMS);
    const changed = row('Hex bolt M8×40');
    await changed.getByText('37', { exact: true }).first().waitFor({ timeout: EVENTUALLY_MS });
    expect(await changed.textContent()).toMatch(/just now|\d+ s ago/);
    expect(await changed.textContent()).toContain('OK');
  });

  test('shows a name with markup in it as text', async () => {
    expect(await page.getByText('Hex nut <b>M8</b>').count()).toBe(1);
  });

  test('searches and filters, and keeps both in the address', async () => {
    await page.getByRole('searchbox').fill('nut');
    await eventually(() => row('Hex bolt M8×40').count()).toBe(0);
    await eventually(() => page.url()).toContain('q=nut');
    await page.getByRole('button', { name: 'Out of stock' }).click();
    await page.getByText('No bin matches').waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await row('Hex bolt M8×40').waitFor();
  });

  test('leads from a low bin to its order, with the sentence and the proof', async () => {
    await scales.weigh('scale-bolts', 12 * PIECE_GRAMS);
    await row('Hex bolt M8×40').getByText('Low').waitFor({ timeout: EVENTUALLY_MS });
    await row('Hex bolt M8×40')
      .getByRole('link', { name: /on order/ })
      .click({ timeout: EVENTUALLY_MS });
    await page.getByRole('heading', { name: 'Why this order' }).waitFor();
    await page.getByText('5 packs = 50 pcs').first().waitFor();
    const text = (await page.getByRole('main').textContent()) ?? '';
    expect(text).toContain('Hex bolt M8×40');
    expect(text).toContain('Bolts Inc.');
    for (const fact of ['The arithmetic', 'The position', 'The policy: min-max', 'scale-bolts', 'What happened']) {
      expect(text).toContain(fact);
    }
    const proof = page.getByRole('region', { name: 'Why this order' });
    await proof.getByText('→ 12 pcs').waitFor();
    await proof.getByText('120 g net, steady').waitFor();
    expect(await proof.getByText('"clockQuality"').isVisible()).toBe(false);
    await proof.getByText('All details').click();
    expect(await proof.getByText('"clockQuality"').isVisible()).toBe(true);
  });

  test('lists it among the open orders', async () => {
    await page.getByRole('link', { name: 'Orders', exact: true }).first().click();
    const card = page.getByRole('listitem', { name: /^Order / });
    await eventually(() => card.count()).toBe(1);
    expect(await card.textContent()).toContain('5 packs = 50 pcs');
  });

  test('cancels it, asking why and what becomes of the need', async () => {
    await page
      .getByRole('listitem', { name: /^Order / })
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('button', { name: 'Cancel order…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Cancel order' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Why').fill('the machine is taken down');
    await dialog.getByRole('button', { name: 'Cancel order' }).click();
    await eventually(() => page.getByRole('main').textContent()).toContain('the machine is taken down');
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
  });

  test('fits a phone without scrolling sideways, in light and dark', async () => {
    await page.setViewportSize(PHONE);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const place of ['Stock', 'Orders']) {
        await page.getByRole('navigation').getByRole('link', { name: place }).click();
        await page.getByRole('heading', { name: place, level: 1 }).waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
      }
    }
    await page.setViewportSize(DESKTOP);
  });

  test('keeps the session over a reload', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  });

  test('has complained about nothing but the wrong password', () => {
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  test('says that it reconnects while the service is away, and goes on by itself', async () => {
    await page.getByRole('link', { name: 'Stock', exact: true }).click();
    await service.stop();
    await eventually(() => page.getByTestId('live-state').textContent()).toContain('Reconnecting');
    await service.restart();
    await eventually(() => page.getByTestId('live-state').textContent()).toContain('Live');
    await scales.weigh('scale-nuts', 44 * PIECE_GRAMS);
    await row('Hex nut <b>M8</b>').getByText('44', { exact: true }).first().waitFor({ timeout: EVENTUALLY_MS });
  });

  test('signs out, and shows nothing of it afterwards', async () => {
    await page.getByRole('button', { name: /Your account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto('/orders');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate("sessionStorage.getItem('shelfwire.session')")).toBeNull();
  });
});
