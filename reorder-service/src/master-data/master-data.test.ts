import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { BinStory, TEST_OUTSIDE } from '../replenishment/situation.ts';
import { Exports } from './exports.ts';
import { MasterDataImport } from './master-data-import.ts';

onEachEngine('master data', (database) => {
  async function importing() {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2, leadTimeDays: 3' });
    const imports = new MasterDataImport(database.db, () => story.nowMs, TEST_OUTSIDE, new TouchedBins());
    type Kind = Parameters<typeof imports.run>[1];
    const run = async (kind: Kind, body: Parameters<typeof imports.run>[2], dryRun = false) => {
      const answer = await imports.run(story.tenantId, kind, body, { email: 'ann@demo.local', dryRun });
      return answer.ok ? answer.result : answer.problems;
    };
    return { story, run };
  }

  test('a dry run says what would change and changes nothing; then it does just that, once', async () => {
    const { run } = await importing();
    const file = 'itemId,sku,name,pieceGrams\nm8,M8,M8 bolts zinc,10\nm10,M10,M10 bolts,18.5\n';
    const expected = {
      created: 1,
      changed: 1,
      unchanged: 0,
      rows: [
        {
          line: 2,
          id: 'm8',
          outcome: 'changed',
          changes: [{ field: 'name', before: 'M8 bolts', after: 'M8 bolts zinc' }],
        },
        { line: 3, id: 'm10', outcome: 'created' },
      ],
    };
    expect(await run('items', file, true)).toMatchObject({ dryRun: true, ...expected });
    expect(await run('items', file, true)).toMatchObject({ dryRun: true, ...expected });
    expect(await run('items', file)).toMatchObject({ dryRun: false, ...expected });
    expect(await run('items', file)).toMatchObject({ created: 0, changed: 0, unchanged: 2, rows: [] });
  });

  test('what a row does not say stays as it is; null clears', async () => {
    const { run } = await importing();
    expect(await run('prices', 'supplierId,itemId,price\nbolts,m8,2.5\n')).toMatchObject({
      changed: 1,
      rows: [
        {
          changes: [
            {
              field: 'priceBreaks',
              before: [{ fromUnits: 1, price: 2 }],
              after: [{ fromUnits: 1, price: 2.5 }],
            },
          ],
        },
      ],
    });
    const tiers = 'supplierId,itemId,priceBreaks,leadTimeDays\nbolts,m8,1:2.5 10:2.1,5\n';
    const { rows } = (await run('prices', tiers)) as { rows: { changes: { field: string }[] }[] };
    expect(rows[0]?.changes.map(({ field }) => field).sort()).toEqual(['leadTimeDays', 'priceBreaks']);
    expect(await run('items', { rows: [{ itemId: 'm8', pieceGrams: null }] })).toMatchObject({
      rows: [{ changes: [{ field: 'pieceGrams', before: 10, after: null }] }],
    });
  });

  test('all rows or none: every mistake is told with its line and column', async () => {
    const { run } = await importing();
    const file = [
      'supplierId,itemId,partNumber,packQuantity,price',
      'bolts,m9,B-9,10,1',
      'nobody,m8,N-8,ten,1',
      'bolts,m8,B-8,10,1',
      'bolts,m8,B-8,10,2',
    ].join('\n');
    expect(await run('prices', file)).toEqual([
      { where: 'line 2, itemId', what: 'there is no m9' },
      { where: 'line 3, packQuantity', what: expect.stringContaining('number') },
      { where: 'line 3, supplierId', what: 'there is no nobody' },
      { where: 'line 5, id', what: 'bolts/m8 stands in line 4 already' },
    ]);
    expect(await run('prices', 'supplierId,itemId,prize\nbolts,m8,1\n')).toMatchObject([{ where: 'line 1, prize' }]);
    expect(await run('prices', 'supplierId,itemId,price\nbolts,m8,2\n')).toMatchObject({ unchanged: 1 });
  });

  test('a policy is a new version with a reason, decides at once, and the same again is none', async () => {
    const { story, run } = await importing();
    await story.showsAndDecides(50);
    const file =
      'siteId,binId,type,reorderPoint,orderUpTo,confirmSeconds,reason\nplant-1,A-01,MIN_MAX,55,90,0,spring\n';
    expect(await run('policies', file)).toMatchObject({ changed: 1, rows: [{ line: 2, id: 'plant-1/A-01' }] });
    expect(await run('policies', file)).toMatchObject({ unchanged: 1 });
    await story.decide();
    expect(await story.orders()).toMatchObject([{ ordered: 40 }]);
    await run('policies', file);
    await story.decide();
    expect(await story.orders()).toHaveLength(1);
  });

  test('suppliers keep their token, show it to nobody, and are not sent to private addresses', async () => {
    const { story, run } = await importing();
    const renamed = await run('suppliers', 'supplierId,name,apiToken\nbolts,Bolts Group,a-new-token\n');
    expect(JSON.stringify(renamed)).not.toContain('a-new-token');
    expect(JSON.stringify(renamed)).not.toContain(`token-${story.tenantId}`);
    expect(renamed).toMatchObject({ changed: 1 });
    const inside = 'supplierId,name,endpoint,apiToken\nevil,Evil,http://169.254.169.254/,12345678\n';
    expect(await run('suppliers', inside)).toMatchObject([{ where: 'line 2, endpoint' }]);
    expect(await run('locations', 'siteId,locationId,name\nplant-1,hall,Big hall\nplant-1,yard,Yard\n')).toMatchObject({
      created: 1,
      changed: 1,
    });
  });

  test('what is exported is what the books say, of one tenant only', async () => {
    const { story } = await importing();
    for (let pieces = 60; pieces > 10; pieces -= 10) await story.showsAndDecides(pieces);
    const exports = new Exports(database.db);
    const read = async (lines: AsyncGenerator<string>): Promise<string[]> => {
      let text = '';
      for await (const part of lines) text += part;
      return text.trim().split('\r\n');
    };
    const range = { siteId: undefined, fromMs: 0, toMs: story.nowMs + 1 };
    const movements = await read(exports.movements(story.tenantId, range));
    expect(movements).toHaveLength(6);
    expect(movements.slice(2).every((line) => line.includes(',A-01,m8,CONSUMPTION,-10,'))).toBe(true);
    expect(await read(exports.stock(story.tenantId, 'plant-1'))).toMatchObject([
      expect.any(String),
      expect.stringMatching(/^plant-1,hall,A-01,m8,M8,M8 bolts,pcs,20,/),
    ]);
    const [, order] = await read(exports.orders(story.tenantId, range));
    expect(order).toMatch(/,1,plant-1,A-01,m8,bolts,APPROVED,/);
    expect(await read(exports.stock('nobody', undefined))).toHaveLength(1);
  });
});
