import { findProgram } from '@shelfwire/test-servers';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1_280, height: 800 };

const FLAGS = [
  '--no-sandbox', // as root there is none
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The Chromium of the machine; `extraFlags` for a faked camera. */
export async function launchChromium(extraFlags: readonly string[] = []): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('chromium is not installed');
  return chromium.launch({ executablePath, args: [...FLAGS, ...extraFlags] });
}

/** A page, and everything that its script complained about: errors, refused content, failed requests. */
export async function openPage(
  browser: Browser,
  options: { baseURL: string; viewport: { width: number; height: number } },
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return { context, page, complaints };
}
