import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, MosquittoServer, needs, ServerProcess, SmallDisk, toldToDisk } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';

import { SettlingJournal } from './settling-journal.ts';
import { SITE, temporaryFolder, TestCentre, until } from './test-site.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function frame(text: string, receivedAtMs: number) {
  return { payload: Buffer.from(text), topic: 'scale/weight', receivedAtMs };
}

async function leftIn(folder: string): Promise<string[]> {
  const journal = await SettlingJournal.open(folder);
  await journal.close();
  return journal.left.map(({ deviceId, frame: left }) => `${deviceId} ${Buffer.from(left.payload).toString()}`);
}

test('remembers the newest message of each device that has not settled, through a crash that tore the last line', async () => {
  await using data = await temporaryFolder();
  const journal = await SettlingJournal.open(data.folder);
  await journal.keep('a', frame('1', 1));
  await Promise.all([
    journal.keep('a', frame('2', 2)),
    journal.keep('b', frame('3', 3)),
    journal.keep('c', frame('4', 4)),
  ]);
  journal.settled('b');
  await journal.close();
  await appendFile(join(data.folder, 'settling.ndjson'), '{"deviceId":"d","receivedAtMs":5,"pay');
  expect(await leftIn(data.folder)).toEqual(['a 2', 'c 4']);
});

test('the file is written anew when it has grown, with what has not settled', async () => {
  await using data = await temporaryFolder();
  const journal = await SettlingJournal.open(data.folder);
  await journal.keep('quiet', frame('still moving', 1));
  const long = 'x'.repeat(200_000);
  for (let number = 1; number <= 40; number += 1) await journal.keep('talking', frame(`${number} ${long}`, number));
  expect((await stat(join(data.folder, 'settling.ndjson'))).size).toBeLessThan(5_000_000);
  await journal.close();
  expect((await leftIn(data.folder)).map((text) => text.slice(0, 20))).toEqual([
    'quiet still moving',
    expect.stringMatching(/^talking 40 /),
  ]);
});

test('a message is on the disk before it counts as kept, in the first file and in those that follow', async () => {
  await using data = await temporaryFolder();
  const journal = await SettlingJournal.open(data.folder);
  expect(await toldToDisk(() => journal.keep('a', frame('1', 1)))).toEqual(['write file', 'sync file', 'sync folder']);
  expect(await toldToDisk(() => journal.keep('a', frame('2', 2)))).toEqual(['write file', 'datasync file']);
  await journal.close();
});

test('a full disk refuses what it cannot keep, and what is kept afterwards outlives the process', async (context) => {
  const disk = SmallDisk.mount(1);
  context.skip(disk === undefined, 'no small disk may be mounted');
  if (!disk) return;
  try {
    const journal = await SettlingJournal.open(disk.folder);
    disk.fill();
    await expect(journal.keep('a', frame('1', 1))).rejects.toMatchObject({ code: 'ENOSPC' });
    disk.free();
    await journal.keep('b', frame('2', 2));
    disk.fill();
    // A part of it fits into the last page: that is not enough.
    await expect(journal.keep('c', frame('3'.repeat(9_000), 3))).rejects.toMatchObject({ code: 'ENOSPC' });
    disk.free();
    await journal.keep('d', frame('4', 4));
    await journal.close();
    const left = await leftIn(disk.folder);
    expect(left).toEqual(expect.arrayContaining(['b 2', 'd 4']));
  } finally {
    disk.unmount();
  }
});

describe.runIf(needs('mosquitto'))('a gateway that is killed while a weight settles', () => {
  test('has the weight when it is back, though the scale says nothing more', async () => {
    await using data = await temporaryFolder();
    const central = await MosquittoServer.start();
    const centre = await TestCentre.connect(central.url);
    const device = {
      deviceId: 'scale-1',
      model: 'esphome',
      constants: { unit: 'g' },
      topics: ['scale-1/sensor/weight/state'],
      login: { username: 'scale-1', password: 'secret of scale-1' },
    };
    const config = { ...SITE, gatewayId: 'gw-1', devices: [device] };
    await writeFile(join(data.folder, 'gateway.yaml'), JSON.stringify(config), { mode: 0o600 });
    const [port, httpPort] = [await freePort(), await freePort()];
    const start = async (): Promise<ServerProcess> => {
      const gateway = new ServerProcess(process.execPath, [MAIN], {
        env: {
          SHELFWIRE_GATEWAY_CONFIG: join(data.folder, 'gateway.yaml'),
          SHELFWIRE_DATA_DIR: data.folder,
          SHELFWIRE_MQTT_PORT: String(port),
          SHELFWIRE_HTTP_PORT: String(httpPort),
          SHELFWIRE_UPLINK_URL: central.url,
          SHELFWIRE_FREE_DISK_BYTES_MIN: '0',
        },
      });
      await gateway.ready(async () => (await fetch(`http://127.0.0.1:${httpPort}/healthz`)).ok);
      return gateway;
    };
    const first = await start();
    const { username, password } = device.login;
    const scale = await connectAsync(`mqtt://127.0.0.1:${port}`, { username, password, reconnectPeriod: 0 });
    scale.on('error', () => undefined);
    const topic = 'scale-1/sensor/weight/state';
    const weights = (): number[] =>
      [...centre.readings.values()].flatMap((one) =>
        one.kind === 'weight' && one.quality === 'good' ? one.netGrams : [],
      );
    // A quick beat, then three pieces are taken and the scale, which sends on change, says no more.
    for (let times = 0; times < 12; times += 1) {
      await scale.publishAsync(topic, '1000.0', { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await until('the full weight is at the centre', () => weights().includes(1_000));
    await scale.publishAsync(topic, '700.0', { qos: 1 });
    await first.stop('SIGKILL');
    expect(weights().at(-1)).toBe(1_000);
    expect(await readFile(join(data.folder, 'settling.ndjson'), 'utf8')).toContain('scale-1');
    const second = await start();
    await until('the last word has become a reading', () => weights().at(-1) === 700, 30_000);
    await second.stop('SIGTERM');
    expect(await leftIn(data.folder), 'which is told once').toEqual([]);
    await centre.close();
    await central.close();
  }, 60_000);
});
