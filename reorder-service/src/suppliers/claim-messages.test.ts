import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { onPostgres } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';
import { claimMessages } from './claim-messages.ts';

onPostgres('taking messages to send', (database) => {
  test('what another replica is just taking is passed over at once, and what it let go is free', async () => {
    const story = await BinStory.of(database.db, { endpoint: 'http://127.0.0.1:9' });
    await story.shows(18);
    await story.decide();
    const times = { nowMs: story.nowMs, leaseMs: 60_000 };
    const taker = await database.db.startTransaction().execute();
    try {
      expect(await claimMessages(taker, new Set(), times)).toHaveLength(1);
      const beside = await database.db.transaction().execute(async (tx) => {
        // Whoever waits for the other instead of passing over its message is told so, and does not hang here.
        await sql`set local lock_timeout = '2s'`.execute(tx);
        return claimMessages(tx, new Set(), times);
      });
      expect(beside).toEqual([]);
    } finally {
      await taker.rollback().execute();
    }
    expect(await claimMessages(database.db, new Set(), times)).toHaveLength(1);
    expect(await claimMessages(database.db, new Set(), times)).toEqual([]);
  });
});
