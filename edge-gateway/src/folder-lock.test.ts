import { expect, test } from 'vitest';

import { lockFolder } from './folder-lock.ts';
import { temporaryFolder } from './test-site.ts';

test.runIf(process.platform === 'linux')('a data folder belongs to one gateway at a time', async () => {
  await using data = await temporaryFolder();
  const lock = await lockFolder(data.folder);
  await expect(lockFolder(`${data.folder}/.`)).rejects.toMatchObject({ code: 'OUTBOX_LOCKED' });
  await lock.release();
  await (await lockFolder(data.folder)).release();
});
