import { randomUUID } from 'node:crypto';

import { needs } from '@shelfwire/test-servers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DESKTOP, openPage } from './browser.ts';
import { PeoplesConsole, WAIT_MS } from './peoples-console.ts';
import { ADMIN } from './reorder-process.ts';
import { PIECE_GRAMS } from './two-bins.ts';

describe.runIf(needs('chromium', 'mosquitto'))('the console for orders and planning', () => {
  let people: PeoplesConsole;
  beforeAll(async () => {
    people = await PeoplesConsole.open();
    await people.signIn();
  });
  afterAll(() => people?.close());

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
    const opened = await openPage(people.browser, { baseURL: people.service.baseUrl, viewport: DESKTOP });
    opened.page.setDefaultTimeout(WAIT_MS);
    await opened.page.goto('/');
    await opened.page.getByLabel('Email').fill(email);
    await opened.page.getByRole('textbox', { name: 'Password' }).fill(password);
    await opened.page.getByRole('button', { name: 'Sign in' }).click();
    await opened.page.getByRole('list', { name: 'Bins' }).waitFor();
    return opened.page;
  }

  async function post(path: string, body: object, token?: string): Promise<Record<string, string>> {
    const response = await fetch(`${people.service.baseUrl}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    expect(response.ok, path).toBe(true);
    return (await response.json()) as Record<string, string>;
  }

  test('an order’s page and its dialog can be used by everybody', async () => {
    // Below the safety stock, too: an alert is raised while the tests go on.
    await people.scales.weigh('scale-bolts', 3 * PIECE_GRAMS);
    await people.page.goto('/orders');
    await people.page
      .getByRole('listitem', { name: /^Order / })
      .getByRole('link')
      .first()
      .click();
    await people.page.getByRole('button', { name: 'Cancel order…' }).waitFor();
    await people.isUsableInEveryLook();
    await people.page.getByRole('button', { name: 'Cancel order…' }).click();
    await people.page.getByRole('dialog').waitFor();
    await people.isUsable('the dialog');
    await people.page.keyboard.press('Escape');
    await people.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('a supplier is asked for an order earlier, and the order says so until they answer', async () => {
    await people.page.getByText('Sent', { exact: true }).first().waitFor();
    await people.page.getByRole('button', { name: 'Ask for it earlier…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel('Wanted by').fill('2031-03-14T08:00');
    await dialog.getByLabel('Why').fill('the line stops on Friday');
    await people.isUsable('the request');
    await dialog.getByRole('button', { name: 'Ask the supplier' }).click();
    // The service knows best what is due when: this is later than what was agreed.
    await people.page.getByText('it is due by then anyway').waitFor();
    const soon = new Date(Date.now() + 3_600_000);
    const local = new Date(soon.getTime() - soon.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    await people.page.getByRole('button', { name: 'Ask for it earlier…' }).click();
    await dialog.getByLabel('Wanted by').fill(local);
    await dialog.getByLabel('Why').fill('the line stops on Friday');
    await dialog.getByRole('button', { name: 'Ask the supplier' }).click();
    await people.page.getByText('The supplier has not answered yet').waitFor();
    await people.isUsableInEveryLook();
  });

  /** As the supplier's own system does it. */
  async function supplierAccepts(orderId: string): Promise<void> {
    const response = await fetch(`${people.service.baseUrl}/api/v1/supplier/order-responses`, {
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
    const orderId = people.page.url().split('/').at(-1) ?? '';
    await supplierAccepts(orderId);
    await people.page.goto('/receiving');
    await people.page.getByRole('button', { name: 'Scan or find' }).click();
    await people.page.getByLabel('Or type the code').fill('b-4711');
    await people.page.getByRole('button', { name: 'Find', exact: true }).click();
    await people.page.getByRole('list', { name: 'Orders found' }).getByRole('link').click();
    await people.page.getByLabel(/How many pcs of Hex bolt/).fill('30');
    await people.page.getByText('30 pcs short').waitFor();
    await people.isUsableInEveryLook();
    await people.page.getByRole('button', { name: 'Book what came…' }).click();
    await people.page.getByText('30 pcs are still missing and stay on order').waitFor();
    await people.page.getByRole('button', { name: 'Book it' }).click();
    await people.page.getByRole('list', { name: 'What came so far' }).getByText('30 pcs').waitFor();

    await people.page.goto(`/orders/${orderId}`);
    await people.page.getByRole('button', { name: 'Close short…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('the rest is sold out');
    await dialog.getByRole('button', { name: 'Close the order' }).click();
    await people.page.getByText('closed short: the rest is sold out').first().waitFor();
  });

  test('an alert shows up by itself, and somebody takes it on', async () => {
    await people.page.getByTestId('alert-count').waitFor();
    await people.page.getByRole('link', { name: /^Alerts, \d+ waiting/ }).click();
    const alert = people.page.getByRole('listitem').filter({ hasText: /Hex bolt M8×40 is (below|out)/ });
    await alert.getByRole('button', { name: 'I look after it' }).click();
    await people.page
      .getByRole('list', { name: 'Somebody looks after it' })
      .getByText(/Hex bolt M8×40 is/)
      .waitFor();
    await people.isUsableInEveryLook();
  });

  test('a rule has every order wait for a person', async () => {
    await people.page.goto('/approvals');
    await people.page.getByRole('button', { name: 'New rule…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('every-order');
    await people.isUsable('the rule');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await people.page.getByRole('button', { name: 'Change rule every-order' }).waitFor();
  });

  test('a policy is tried before it is saved, then decides', async () => {
    await people.scales.weigh('scale-nuts', 50 * PIECE_GRAMS);
    await people.page.goto('/policies/plant-1/bin-nuts');
    await people.page.getByRole('button', { name: 'Change policy…' }).click();
    const preview = people.page.getByRole('region', { name: 'Preview' });
    await people.page.getByLabel('Reorder point').fill('70');
    // What the service refuses stands at its field: the maximum is 60.
    await people.page.getByText('must be above reorderPoint').waitFor();
    await people.page.getByLabel('Reorder point').fill('55');
    await people.page.getByLabel('Fill up to').fill('90');
    await preview.getByText(/^Shelfwire would now order 4 packs = 40 pcs of Hex nut .* reorder point 55\.$/).waitFor();
    await people.isUsable('the editor with its preview');
    const save = people.page.getByRole('button', { name: 'Save policy' });
    expect(await save.isDisabled()).toBe(true);
    await people.page.getByLabel('Why').fill('more is used in summer');
    await save.click();
    await people.page.getByText('“more is used in summer”').waitFor();
    await people.page.getByText('Min–max: at ≤ 55, up to 90 pcs').first().waitFor();
  });

  test('an order that waits is changed by one person and approved by another', async () => {
    await people.page.goto('/orders');
    await orderOf(people.page, 'Hex nut').click();
    await people.page.getByRole('button', { name: 'Change…' }).click();
    await people.page.getByLabel('Hex nut').fill('5');
    await people.page.getByLabel('Note for the supplier').fill('in one parcel');
    await people.isUsable('the change of an order');
    await people.page.getByRole('button', { name: 'Save the change' }).click();
    await people.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await people.page.getByRole('main').getByText('5 packs = 50 pcs').first().waitFor();

    const colleague = await signedInColleague();
    await colleague.goto(people.page.url());
    await colleague.getByRole('button', { name: 'Approve…' }).click();
    await colleague.getByText('It is sent to the supplier at once.').waitFor();
    await colleague.getByRole('button', { name: 'Approve and send' }).click();
    await colleague.getByRole('button', { name: 'Approve…' }).waitFor({ state: 'detached' });
    // Pushed to whoever looks at it, too.
    await people.page.getByText('Sent', { exact: true }).first().waitFor();
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
    await people.page.goto(paths[heading as keyof typeof paths] ?? '/approvals');
    await people.page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await people.page.getByText(text).first().waitFor();
    await people.isUsable(heading);
  });

  test('a file is checked before it counts: first its mistakes, then what would change', async () => {
    await people.page.goto('/import');
    const rows = people.page.getByLabel('Or paste the rows');
    await rows.fill('itemId;name\nbolt-m8;Bolt of the import\n;nameless');
    await people.page.getByRole('button', { name: 'Check it' }).click();
    await people.page.getByRole('list', { name: 'Mistakes in the file' }).getByText('line 3').first().waitFor();
    await people.isUsable('the mistakes');
    await rows.fill('itemId;name\nwasher-m8;Washer of the import');
    await people.page.getByRole('button', { name: 'Check it' }).click();
    await people.page.getByText('name: Washer M8 → Washer of the import').waitFor();
    await people.isUsable('what would change');
    await people.page.getByRole('button', { name: 'Import this row' }).click();
    await people.page.getByText('Imported: 0 new, 1 changed').waitFor();
    await people.page.goto('/stock/plant-1/bin-spare');
    await people.page.getByRole('heading', { name: 'Washer of the import' }).waitFor();
  });

  test('a system is told what happens: its secret is shown once, a test says whether it arrives', async () => {
    await people.page.goto('/webhooks');
    await people.page.getByRole('button', { name: 'New webhook…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('erp');
    await dialog.getByLabel('Address').fill(people.supplierUrl);
    await people.isUsable('the new webhook');
    await dialog.getByRole('button', { name: 'Save' }).click();
    expect(await people.page.getByTestId('webhook-secret').textContent()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await people.page.getByRole('button', { name: 'Send a test' }).click();
    await people.page.getByText('It arrived:').waitFor();
    await people.isUsableInEveryLook();
    await people.page.getByRole('link', { name: 'Events' }).click();
    await people.page.getByRole('heading', { name: 'Events for erp' }).waitFor();
    await people.isUsable('the events');
  });

  test('somebody is told of alerts, with a test that says whether it arrives, and not at night', async () => {
    await people.page.goto('/alert-channels');
    await people.page.getByText('Nobody is told of alerts yet').waitFor();
    await people.page.getByRole('button', { name: 'New channel…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByText('Webhook', { exact: true }).click();
    await dialog.getByLabel('Address of the webhook').fill(people.supplierUrl);
    await dialog.getByLabel('Quiet hours').check();
    await people.isUsable('the new channel');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const card = people.page.getByRole('listitem').filter({ hasText: people.supplierUrl });
    await card.getByText(/From 22:00 to 06:00 \(.+\) only critical ones/).waitFor();
    await card.getByRole('button', { name: /^Send a test/ }).click();
    await people.page.getByText('The test was sent: HTTP 200.').waitFor();
    await people.isUsableInEveryLook();
    await card.getByRole('button', { name: /^Remove/ }).click();
    await people.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await card.waitFor({ state: 'detached' });
  });

  test('somebody of the supplier is let in, chooses a password, and acknowledges with another date', async () => {
    await people.page.goto('/people');
    await people.page.getByRole('button', { name: 'Invite…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel('Email').fill('sales@bolts.example');
    await dialog.getByLabel('Name').fill('Sal Bolt');
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await people.page.getByRole('option', { name: 'Supplier' }).click();
    await dialog.getByRole('combobox', { name: 'Of the supplier' }).click();
    await people.page.getByRole('option', { name: 'Bolts Inc.' }).click();
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    const temporary = (await people.page.getByTestId('temporary-password').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Done' }).click();
    await people.page.getByRole('button', { name: /Your account/ }).click();
    await people.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await people.page.getByLabel('Email').fill('sales@bolts.example');
    await people.page.getByRole('textbox', { name: 'Password' }).fill(temporary);
    await people.page.getByRole('button', { name: 'Sign in' }).click();
    await people.page.getByRole('textbox', { name: 'The temporary password' }).fill(temporary);
    await people.page.getByRole('textbox', { name: 'New password', exact: true }).fill('nuts and bolts and screws');
    await people.page.getByRole('textbox', { name: 'New password again' }).fill('nuts and bolts and screws');
    await people.isUsable('the password page');
    await people.page.getByRole('button', { name: 'Change password' }).click();
    await people.page.getByRole('heading', { name: 'Stock', level: 1 }).waitFor();
    await people.page.goto('/orders');
    const card = people.page.getByRole('listitem', { name: /^Order / }).filter({ hasText: 'Hex nut' });
    await card.getByRole('link').first().click();
    await people.page.getByRole('button', { name: 'Acknowledge…' }).click();
    await people.page.getByText('You confirm it as ordered.').waitFor();
    await people.page.getByLabel('Delivery on').fill('2031-03-14');
    await people.page.getByText('You confirm it for another date.').waitFor();
    await people.isUsable('the acknowledgement');
    await people.page.getByRole('button', { name: 'Send answer' }).click();
    await people.page.getByText('Promised for', { exact: false }).first().waitFor();
    expect(await people.page.getByRole('main').textContent()).toMatch(/Promised for .*2031/);
    await people.page.getByRole('button', { name: 'Announce shipment…' }).waitFor();
  });

  test('the supplier is asked for it earlier, and promises another date, with the reason', async () => {
    const orderId = people.page.url().split('/').at(-1) ?? '';
    const { accessToken } = await post('auth/login', ADMIN);
    const wantedAtMs = new Date('2031-03-10T08:00').getTime();
    await post(`orders/${orderId}/urge`, { wantedAtMs, reason: 'the line stops' }, accessToken);
    // Pushed to whoever looks at it.
    await people.page.getByText(/^The customer asks for it by .*2031/).waitFor();
    await people.page.getByText('“the line stops”').waitFor();
    await people.isUsable('what the customer asks');
    await people.page.getByRole('button', { name: 'Answer the request…' }).click();
    const dialog = people.page.getByRole('dialog');
    const send = dialog.getByRole('button', { name: 'Send answer' });
    await dialog.getByLabel('Not earlier than agreed').check();
    expect(await send.isDisabled()).toBe(true);
    await dialog.getByLabel('It comes on another date').check();
    await dialog.getByLabel('Delivery on').fill('2031-03-12');
    await dialog.getByLabel('Why').fill('the press is repaired on the 11th');
    await people.isUsable('the answer');
    await send.click();
    await dialog.waitFor({ state: 'hidden' });
    const main = people.page.getByRole('main');
    await main.getByText('the press is repaired on the 11th').waitFor();
    await main.getByText('The customer asks for it').waitFor({ state: 'detached' });
    expect(await main.textContent()).toMatch(/Promised for [^.]*\b12\b[^.]*2031/);
  });

  test('the sign-in page can be used by everybody', async () => {
    await people.page.getByRole('button', { name: /Your account/ }).click();
    await people.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await people.page.getByLabel('Email').waitFor();
    await people.isUsableInEveryLook();
  });
});
