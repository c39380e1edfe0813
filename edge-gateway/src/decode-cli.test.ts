import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { expect, test } from 'vitest';

const EVENT =
  '{"timestamp":"2026-03-04T05:06:07.123Z","eventType":"tagInventory","tagInventoryEvent":{"epcHex":"E2801160"}}\n';

test('ends quietly when nobody reads its output any more', async () => {
  const args = [join(import.meta.dirname, 'decode-cli.ts'), '--model', 'impinj-r700', '-'];
  const decode = spawn(process.execPath, args);
  const ended = once(decode, 'exit');
  decode.stdout.destroy();
  decode.stdin.end(EVENT.repeat(1_000));
  expect(await text(decode.stderr)).toBe('');
  expect(await ended).toEqual([0, null]);
});
