import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';

import { measuring, sensorSettings, startTestGateway, temporaryFolder, until } from '../test-site.ts';

const OPENSSL = '/usr/bin/openssl';

/** An authority, the broker's certificate and a device's, and one that the device has signed itself. */
function makeCertificates(folder: string) {
  const openssl = (...args: string[]): void => {
    execFileSync(OPENSSL, args, { cwd: folder, stdio: 'ignore' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=site authority',
  );
  for (const name of ['localhost', 'level-7']) {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
    );
  }
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'forged.key',
    '-out',
    'forged.pem',
    '-days',
    '2',
    '-subj',
    '/CN=level-7',
  );
  return (name: string): string => readFileSync(join(folder, name), 'utf8');
}

describe.runIf(existsSync(OPENSSL))('over TLS', () => {
  test('a device signs in with the certificate it owns or its password, never with one it made itself', async () => {
    await using data = await temporaryFolder();
    const pem = makeCertificates(data.folder);
    const byCertificate = {
      ...sensorSettings('level-7'),
      login: { username: 'level-7', certificateName: 'level-7' },
    };
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: 'mqtt://127.0.0.1:1',
      devices: [byCertificate, sensorSettings('level-8')],
      env: {
        SHELFWIRE_MQTT_PLAIN: 'false',
        SHELFWIRE_MQTT_TLS_CERT: pem('localhost.pem'),
        SHELFWIRE_MQTT_TLS_KEY: pem('localhost.key'),
        SHELFWIRE_MQTT_TLS_CLIENT_CA: pem('ca.pem'),
      },
    });
    expect(gateway.mqttPort).toBe(0);
    const url = `mqtts://localhost:${gateway.mqttTlsPort}`;
    const common = { ca: pem('ca.pem'), reconnectPeriod: 0 };

    const owner = await connectAsync(url, { ...common, cert: pem('level-7.pem'), key: pem('level-7.key') });
    const { topic, payload } = measuring('level-7', 12);
    await owner.publishAsync(topic, payload, { qos: 1 });
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
    expect(metrics).toContain('readings_appended_total{kind="level"} 1');

    const forged = { ...common, cert: pem('forged.pem'), key: pem('forged.key'), username: 'level-7', password: '' };
    await expect(connectAsync(url, forged)).rejects.toThrow(/Bad username/);
    const other = { ...common, username: 'level-8', password: 'secret of level-8' };
    const byPassword = await connectAsync(url, other);
    const old = { ...other, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as typeof other;
    await expect(connectAsync(url, old)).rejects.toThrow(/protocol|alert|closed|socket/i);
    await Promise.all([owner.endAsync(), byPassword.endAsync()]);
    await gateway.close();
  });
});

describe.runIf(needs('mosquitto') && existsSync(OPENSSL))('the uplink over TLS', () => {
  test('reaches a central broker that wants our certificate, and none that it does not trust', async () => {
    await using data = await temporaryFolder();
    const pem = makeCertificates(data.folder);
    // Mosquitto reads its certificates as its own user.
    chmodSync(data.folder, 0o755);
    for (const name of ['ca.pem', 'localhost.pem', 'localhost.key']) chmodSync(join(data.folder, name), 0o644);
    const central = await MosquittoServer.start(
      [
        `cafile ${join(data.folder, 'ca.pem')}`,
        `certfile ${join(data.folder, 'localhost.pem')}`,
        `keyfile ${join(data.folder, 'localhost.key')}`,
        'require_certificate true',
        'use_identity_as_username true',
        'allow_anonymous false',
      ].join('\n'),
    );
    const start = (ca: string) =>
      startTestGateway({
        folder: join(data.folder, 'trusting'),
        uplinkUrl: `mqtts://localhost:${central.port}`,
        devices: [],
        env: {
          SHELFWIRE_UPLINK_CA: ca,
          SHELFWIRE_UPLINK_CERT: pem('level-7.pem'),
          SHELFWIRE_UPLINK_KEY: pem('level-7.key'),
        },
      });
    const connected = async (httpPort: number): Promise<boolean> => {
      const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
      return /^shelfwire_gateway_uplink_connected 1$/m.test(metrics);
    };
    const trusting = await start(pem('ca.pem'));
    await until('it is connected', () => connected(trusting.httpPort));
    await trusting.close();

    const lines: string[] = [];
    const distrusting = await startTestGateway({
      folder: join(data.folder, 'distrusting'),
      uplinkUrl: `mqtts://localhost:${central.port}`,
      devices: [],
      env: { SHELFWIRE_UPLINK_CA: pem('forged.pem') },
      log: { level: 'warn', destination: { write: (line: string) => lines.push(line) } },
    });
    await until('it says why not', () => lines.some((line) => /self[- ]signed|unable to (verify|get)/i.test(line)));
    expect(await connected(distrusting.httpPort)).toBe(false);
    await distrusting.close();
    await central.close();
  });
});
