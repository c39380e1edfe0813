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

  test('a new site with its locations and bins comes from files, is decided about, and the same files again change nothing', async () => {
    const { story, run } = await importing();
    const sites = 'siteId,name,timeZone,deliverTo\nplant-2,Plant 2,Europe/Berlin,Gate 7\n';
    const locations = 'siteId,locationId,name\nplant-2,hall,Hall\n';
    const bins = [
      'siteId;binId;name;locationId;itemId;capacity;consignment;fusion;sensors;overflowOf',
      // What names another row may stand before it.
      'plant-2;B-02;B 2;hall;m8;50;false;;;B-01',
      'plant-2;B-01;B 1;hall;m8;200;true;prefer;weight@scale-21 count@counter-3/2;',
    ].join('\n');
    expect(await run('sites', sites)).toMatchObject({ created: 1, rows: [{ line: 2, id: 'plant-2' }] });
    expect(await run('locations', locations)).toMatchObject({ created: 1 });
    expect(await run('bins', bins, true)).toMatchObject({ created: 2, dryRun: true });
    expect(await run('bins', bins)).toMatchObject({ created: 2 });
    for (const [kind, file] of [
      ['sites', sites],
      ['locations', locations],
      ['bins', bins],
    ] as const) {
      expect(await run(kind, file)).toMatchObject({ created: 0, changed: 0 });
    }
    const sensors = await database.db
      .selectFrom('bin_sensor')
      .select(['bin_id', 'device_id', 'sensor_id', 'kind', 'rank'])
      .where('tenant_id', '=', story.tenantId)
      .where('site_id', '=', 'plant-2')
      .orderBy('rank')
      .execute();
    expect(sensors).toEqual([
      { bin_id: 'B-01', device_id: 'scale-21', sensor_id: '', kind: 'weight', rank: 0 },
      { bin_id: 'B-01', device_id: 'counter-3', sensor_id: '2', kind: 'count', rank: 1 },
    ]);
    const policies = 'siteId,binId,type,reorderPoint,orderUpTo\nplant-2,B-01,MIN_MAX,20,60\n';
    expect(await run('policies', policies)).toMatchObject({ created: 1 });
    const places = await database.db
      .selectFrom('item_location')
      .select(['bin_id', 'policy_id', 'decision'])
      .where('tenant_id', '=', story.tenantId)
      .where('site_id', '=', 'plant-2')
      .orderBy('bin_id')
      .execute();
    expect(places).toMatchObject([
      { bin_id: 'B-01', policy_id: expect.any(String) },
      { bin_id: 'B-02', decision: 'POOLED' },
    ]);
  });

  test('what a file does not say of a bin, and of its sensor, stays', async () => {
    const { run } = await importing();
    const exact = { kind: 'weight', deviceId: 'scale-01', uncertaintyGrams: 0.5, staleAfterMs: 60_000 };
    await run('bins', { rows: [{ siteId: 'plant-1', binId: 'A-01', sensors: [exact] }] });
    expect(await run('bins', 'siteId,binId,capacity\nplant-1,A-01,300\n')).toMatchObject({
      rows: [{ changes: [{ field: 'capacity', before: 200, after: 300 }] }],
    });
    expect(await run('bins', 'siteId,binId,sensors\nplant-1,A-01,weight@scale-01\n')).toMatchObject({ unchanged: 1 });
    expect(await run('bins', 'siteId,binId,sensors\nplant-1,A-01,weight@scale-01 weight@scale-02\n')).toMatchObject({
      rows: [{ changes: [{ field: 'sensors', after: [exact, { deviceId: 'scale-02', uncertaintyGrams: 2 }] }] }],
    });
    expect(await run('bins', { rows: [{ siteId: 'plant-1', binId: 'A-01', sensors: [] }] })).toMatchObject([
      { where: 'line 1, sensors' },
    ]);
    expect(await run('sites', 'siteId,deliverTo\nplant-1,Gate 9\n')).toMatchObject({
      rows: [{ changes: [{ field: 'deliverTo', before: '', after: 'Gate 9' }] }],
    });
  });

  test('of sites and bins, too, nothing is taken if one row is wrong, and all mistakes are told', async () => {
    const { story, run } = await importing();
    await story.showsAndDecides(50);
    await run('items', 'itemId,sku,name\nm10,M10,M10 bolts\n');
    const file = [
      'siteId,binId,name,locationId,itemId,sensors,overflowOf,capacity',
      'plant-1,B-01,B 1,hall,m8,weight@scale-09,,10',
      'plant-1,B-02,B 2,cellar,m8,,,10',
      'nowhere,B-03,B 3,hall,m77,,,10',
      'plant-1,B-04,B 4,hall,m8,weight@scale-01,,10',
      'plant-1,B-05,B 5,hall,m10,,A-01,10',
      'plant-1,B-06,B 6,hall,m8,weighs@scale-77,,many',
      'plant-1,A-01,A 1,hall,m10,,,10',
    ].join('\n');
    const problems = (await run('bins', file)) as { where: string; what: string }[];
    expect(problems).toEqual(
      expect.arrayContaining([
        { where: 'line 3, locationId', what: 'there is no plant-1/cellar' },
        { where: 'line 4, siteId', what: 'there is no nowhere' },
        { where: 'line 4, itemId', what: 'there is no m77' },
        { where: 'line 8, sensors', what: 'weight@scale-01 looks into plant-1/B-04 already' },
        { where: 'line 7, capacity', what: expect.stringContaining('number') },
        { where: 'line 7, sensors.0.kind', what: expect.any(String) },
        { where: 'line 8, itemId', what: 'cannot change: the bin holds 50 of m8: count it to 0 first' },
      ]),
    );
    expect(await run('sites', 'siteId,name,timeZone\nplant-3,P 3,UTC\nplant-4,P 4,Mars/Olympus\n')).toMatchObject([
      { where: 'line 3, timeZone' },
    ]);
    const there = await database.db
      .selectFrom('bin')
      .select('bin_id')
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(there).toEqual([{ bin_id: 'A-01' }]);
    // A sensor moves if the file says what is left of the bin that had it.
    const moved =
      'siteId,binId,name,locationId,itemId,sensors\nplant-1,B-04,B 4,hall,m8,weight@scale-01\nplant-1,A-01,,,,weight@scale-02\n';
    expect(await run('bins', moved)).toMatchObject({ created: 1, changed: 1 });
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
