import { needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { PeoplesConsole } from './peoples-console.ts';
import { ADMIN } from './reorder-process.ts';
import { BOLT_EAN13, PIECE_GRAMS } from './two-bins.ts';

/** On another device, say: it ends every session there is. */
async function changePassword(baseUrl: string, of: typeof ADMIN, newPassword: string): Promise<void> {
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${baseUrl}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const { accessToken } = (await (await post('auth/login', of)).json()) as { accessToken: string };
  const change = { currentPassword: of.password, newPassword };
  const changed = await post('me/password', change, { authorization: `Bearer ${accessToken}` });
  expect(changed.status).toBe(200);
}

describe.runIf(needs('chromium', 'mosquitto'))('the console in the storeroom', () => {
  let people: PeoplesConsole;
  beforeAll(async () => {
    people = await PeoplesConsole.open();
  });
  afterAll(() => people?.close());

  const focused = (): Promise<unknown> => people.page.evaluate('document.activeElement?.textContent');

  test('signing in needs the keyboard alone', async () => {
    await people.signIn();
  });

  test('a person finds a bin by its barcode and counts it; the level is what they say', async () => {
    await people.scales.weigh('scale-bolts', 50 * PIECE_GRAMS);
    await people.page.getByRole('link', { name: 'Counting' }).first().click();
    await people.page.getByRole('button', { name: 'Scan or find' }).click();
    await people.page.getByText(`GTIN ${BOLT_EAN13}`).waitFor();
    await people.page.getByRole('link', { name: /Hex bolt M8×40/ }).click();
    await people.page.getByLabel(/How many pcs/).fill('47');
    await people.page.getByRole('button', { name: 'Save count' }).click();
    await people.page.getByText(/Counted 47 pcs; expected were 50 \(−3\)/).waitFor();
    await people.page.getByRole('list', { name: 'Movements, newest first' }).getByText('Counted').first().waitFor();
  });

  test('the sensor goes on from the count', async () => {
    await people.scales.weigh('scale-bolts', 45 * PIECE_GRAMS);
    await people.page.getByRole('main').getByText('42', { exact: true }).first().waitFor();
  });

  test('a count that cannot be sent says so at once, and is there to be sent again', async () => {
    await people.page.getByRole('button', { name: 'Count this bin' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel(/How many pcs/).fill('41');
    await people.page.context().setOffline(true);
    await dialog.getByRole('button', { name: 'Save count' }).click();
    await dialog.getByText('The server cannot be reached').waitFor();
    await people.page.context().setOffline(false);
    await dialog.getByRole('button', { name: 'Save count' }).click();
    await people.page.getByText(/Counted 41 pcs; expected were 42 \(−1\)/).waitFor();
  });

  test('whose session ends while they type signs in again over the page, and what they typed is still there', async () => {
    const { page, service } = people;
    await page.getByRole('button', { name: 'Count this bin' }).click();
    const dialog = page.getByRole('dialog', { name: /^Count / });
    await dialog.getByLabel(/How many pcs/).fill('40');
    const password = 'another password of the test';
    await changePassword(service.baseUrl, ADMIN, password);
    await dialog.getByRole('button', { name: 'Save count' }).click();
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.getByText('What you typed is still there').waitFor();
    await people.isUsable('signing in again');
    await again.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Save count' }).click();
    await page.getByText(/Counted 40 pcs; expected were 41 \(−1\)/).waitFor();
  });

  test.each([
    ['the stock list', '/', 'Bins'],
    ['the page of a bin', '/stock/plant-1/bin-bolts', 'Movements, newest first'],
  ])('%s can be used by everybody', async (_, path, list) => {
    await people.page.goto(path);
    await people.page.getByRole('list', { name: list }).waitFor();
    await people.isUsableInEveryLook();
  });

  test('goods of an unknown scale wait until somebody says which bin it looks into', async () => {
    await people.scales.weigh('scale-new', 33 * PIECE_GRAMS);
    await people.page.goto('/doubt');
    await people.page.getByRole('list', { name: 'Readings that wait for somebody' }).waitFor();
    await people.isUsableInEveryLook();
    await people.page.getByRole('button', { name: 'Assign to a bin…' }).click();
    await people.page.getByRole('combobox', { name: /The bin it looks into/ }).click();
    await people.page.getByRole('option', { name: /A-03/ }).click();
    await people.page.getByRole('button', { name: 'Assign it' }).click();
    await people.page.getByText('1 reading is accounted.').waitFor();
    await people.page.goto('/stock/plant-1/bin-spare');
    await people.page.getByRole('main').getByText('33', { exact: true }).first().waitFor();
  });

  test('goods are moved to another bin of the same item, and are no consumption', async () => {
    await people.scales.weigh('scale-nuts', 45 * PIECE_GRAMS);
    await people.page.goto('/stock/plant-1/bin-nuts');
    await people.page.getByRole('main').getByText('45', { exact: true }).first().waitFor();
    await people.page.getByRole('button', { name: 'Move…' }).click();
    await people.page.getByLabel(/How many pcs/).fill('2');
    await people.page.getByRole('combobox', { name: 'Bin' }).click();
    await people.page.getByRole('option', { name: /A-04/ }).click();
    await people.page.getByRole('button', { name: 'Move them' }).click();
    await people.page.getByText(/Noted. What the scales see/).waitFor();
    await people.scales.weigh('scale-nuts', 43 * PIECE_GRAMS);
    await people.page.getByRole('list', { name: 'Movements, newest first' }).getByText('Moved').first().waitFor();
    await people.page.goto('/moves');
    await people.page.getByRole('listitem').filter({ hasText: 'A-02 → A-04' }).getByText('Done').waitFor();
  });

  test('readings that are nobody’s are discarded, once somebody has confirmed it', async () => {
    await people.scales.weigh('scale-lost', 70);
    await people.page.goto('/doubt');
    const card = people.page.getByRole('listitem').filter({ hasText: 'scale-lost' });
    await card.getByRole('button', { name: 'Discard…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByText('1 reading of scale-lost is gone for good.').waitFor();
    await people.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(focused, { message: 'the focus is back at what opened the dialog' }).toBe('Discard…');
    await people.page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click();
    await people.page.getByText('1 discarded.').waitFor();
    await card.waitFor({ state: 'detached' });
  });

  test('goods are reserved for a job, and handed out', async () => {
    await people.page.goto('/stock/plant-1/bin-spare');
    await people.page.getByRole('button', { name: 'Reserve…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel(/How many pcs/).fill('5');
    await dialog.getByLabel('For').fill('Job 4711');
    await people.isUsable('the reservation');
    await dialog.getByRole('button', { name: 'Reserve', exact: true }).click();
    await people.page.getByText('33 on hand + 0 on order − 5 reserved').waitFor();

    await people.page.goto('/reservations');
    const card = people.page.getByRole('listitem').filter({ hasText: 'For Job 4711' });
    await card.getByRole('button', { name: 'Hand out…' }).click();
    await people.page.getByLabel('How many pcs, for Job 4711?').fill('2');
    await people.page.getByRole('button', { name: 'Hand out', exact: true }).click();
    await card.getByText('2 handed out, 3 left').waitFor();
    await people.isUsable('the reservations');
    await card.getByRole('button', { name: 'Cancel it…' }).click();
    await people.page.getByRole('button', { name: 'Cancel reservation' }).click();
    await card.waitFor({ state: 'detached' });
  });

  test('a lot that expires soon is recorded, and listed for those who have to use it up', async () => {
    await people.page.goto('/stock/plant-1/bin-spare');
    await people.page.getByRole('button', { name: 'Record a lot…' }).click();
    const dialog = people.page.getByRole('dialog');
    await dialog.getByLabel(/How many pcs/).fill('8');
    await dialog.getByRole('textbox', { name: 'Lot', exact: true }).fill('CH-0815');
    const inTenDays = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    await dialog.getByLabel('Use by').fill(inTenDays);
    await dialog.getByRole('button', { name: 'Record it' }).click();
    await people.page.getByRole('list', { name: 'Lots in this bin' }).getByText('CH-0815').waitFor();
    await people.page.goto('/lots');
    await people.page
      .getByRole('listitem')
      .filter({ hasText: 'CH-0815' })
      .getByText(/Expires in \d+ days/)
      .waitFor();
    await people.isUsableInEveryLook();
  });
});
