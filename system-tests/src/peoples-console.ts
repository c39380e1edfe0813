import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MosquittoServer } from '@shelfwire/test-servers';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';

import { writeBarcodeVideo } from './barcode-video.ts';
import { DESKTOP, launchChromium, openPage, PHONE } from './browser.ts';
import { ADMIN, ReorderProcess } from './reorder-process.ts';
import { ScriptedScales } from './scripted-scale.ts';
import { BINS_WITHOUT_SENSOR, BOLT_EAN13, catalogue } from './two-bins.ts';

export const WAIT_MS = 45_000;

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

interface Parts {
  broker: MosquittoServer;
  supplier: Server;
  supplierUrl: string;
  service: ReorderProcess;
  scales: ScriptedScales;
  browser: Browser;
  page: Page;
  folder: string;
}

/**
 * For tests: a reorder-service with scales and with a supplier that takes orders and answers none, as its people do, and
 * somebody with a phone whose camera sees a bolt's barcode.
 */
export class PeoplesConsole {
  readonly service: ReorderProcess;
  readonly scales: ScriptedScales;
  readonly browser: Browser;
  readonly page: Page;
  /** Takes whatever is posted to it. */
  readonly supplierUrl: string;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.service = parts.service;
    this.scales = parts.scales;
    this.browser = parts.browser;
    this.page = parts.page;
    this.supplierUrl = parts.supplierUrl;
  }

  static async open(): Promise<PeoplesConsole> {
    const broker = await MosquittoServer.start();
    const supplier = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => supplier.listen(0, '127.0.0.1', resolve));
    const address = supplier.address();
    const supplierPort = typeof address === 'object' && address !== null ? address.port : 0;
    const service = await ReorderProcess.start({
      mqttUrl: broker.url,
      catalogue: catalogue(supplierPort, BINS_WITHOUT_SENSOR),
      env: { SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8' },
    });
    const scales = await ScriptedScales.connect(broker.url);
    const folder = mkdtempSync(join(tmpdir(), 'shelfwire-camera-'));
    const video = join(folder, 'barcode.y4m');
    writeBarcodeVideo(video, BOLT_EAN13);
    const browser = await launchChromium([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`,
    ]);
    const { page } = await openPage(browser, { baseURL: service.baseUrl, viewport: PHONE });
    page.setDefaultTimeout(WAIT_MS);
    const supplierUrl = `http://127.0.0.1:${supplierPort}/events`;
    return new PeoplesConsole({ broker, supplier, supplierUrl, service, scales, browser, page, folder });
  }

  /** By the keyboard alone. */
  async signIn(): Promise<void> {
    await this.page.goto('/');
    await this.page.getByLabel('Email').focus();
    await this.page.keyboard.type(ADMIN.email);
    await this.page.keyboard.press('Tab');
    await this.page.keyboard.type(ADMIN.password);
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('list', { name: 'Bins' }).waitFor();
  }

  /** Polled: in the moment of a change of colours, or while a list is read, the picture is not yet the one to judge. */
  async isUsable(look: string): Promise<void> {
    await expect.poll(() => this.#violations(), { timeout: WAIT_MS, message: look }).toEqual([]);
  }

  async isUsableInEveryLook(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [PHONE, DESKTOP]) {
        await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await this.page.setViewportSize(viewport);
        await this.page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        await this.isUsable(`${colorScheme}, ${viewport.width} px`);
      }
    }
    await this.page.setViewportSize(PHONE);
  }

  /** What axe-core finds wrong by WCAG 2.1 AA, one line each. */
  async #violations(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((r) => r.violations)`;
    const found = (await this.page.evaluate(run)) as Violation[];
    return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
  }

  async close(): Promise<void> {
    const { browser, scales, service, supplier, broker, folder } = this.#parts;
    await browser.close();
    await scales.close();
    await service.close();
    supplier.closeAllConnections();
    supplier.close();
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
