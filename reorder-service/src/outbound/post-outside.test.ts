import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { AllowedNetworks, parseNetworks } from './networks.ts';
import { postOutside, refusalOf, type Resolve } from './post-outside.ts';

const nothing = new AllowedNetworks([]);
const named = (text: string): AllowedNetworks => new AllowedNetworks(parseNetworks(text) ?? []);

describe('where a message may go', () => {
  test.each([
    'https://127.0.0.1/hook',
    'https://127.1/hook',
    'https://2130706433/hook',
    'https://0x7f.0.0.1/hook',
    'https://[::1]/hook',
    'https://[::ffff:127.0.0.1]/hook',
    'https://[::ffff:a9fe:a9fe]/hook',
    'https://[64:ff9b::a9fe:a9fe]/hook',
    'https://[2002:7f00:1::]/hook',
    'https://[fd00::1]/hook',
    'https://[fe80::1]/hook',
    'https://10.1.2.3/hook',
    'https://172.31.255.255/hook',
    'https://192.168.0.1/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/hook',
    'https://0.0.0.0/hook',
    'https://224.0.0.1/hook',
    'https://255.255.255.255/hook',
  ])('%s is refused: it is not of the public internet', (url) => {
    expect(refusalOf(url, nothing)).toMatch(/not a public address/);
  });

  // First and last address of each block that the IANA registries of special-purpose addresses name (RFC 6890).
  test.each([
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.88.99.0', '192.88.99.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '239.255.255.255'],
    ['240.0.0.0', '255.255.255.255'],
    ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['4000::', '7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['8000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('no address from %s to %s is of the public internet', (first, last) => {
    expect([nothing.allows(first), nothing.allows(last)]).toEqual([false, false]);
  });

  test.each([
    ['9.255.255.255', '11.0.0.0'],
    ['100.63.255.255', '100.128.0.0'],
    ['126.255.255.255', '128.0.0.0'],
    ['169.253.255.255', '169.255.0.0'],
    ['172.15.255.255', '172.32.0.0'],
    ['192.167.255.255', '192.169.0.0'],
    ['198.17.255.255', '198.20.0.0'],
    ['223.255.255.255', '2000::1'],
    ['2001:200::', '2003::'],
  ])('%s and %s beside them are', (before, after) => {
    expect([nothing.allows(before), nothing.allows(after)]).toEqual([true, true]);
  });

  test.each([
    'ftp://erp.example/',
    'file:///etc/passwd',
    'https://user:secret@erp.example/',
    'https://user@erp.example/',
    'https://:secret@erp.example/',
    'nonsense',
    'javascript:1',
  ])('%s is refused', (url) => {
    expect(refusalOf(url, nothing)).toBeDefined();
  });

  test.each([
    'https://8.8.8.8/hook',
    'https://172.32.0.1/hook',
    'https://[2a00:1450:4001::1]/hook',
    'https://erp.example/x',
  ])('%s may be asked for', (url) => {
    expect(refusalOf(url, nothing)).toBeUndefined();
  });

  test('a private network is allowed by naming it, and there plain http too; elsewhere it must be https', () => {
    const ours = named('10.20.0.0/16, fd12::/16');
    expect(refusalOf('http://10.20.3.4/hook', ours)).toBeUndefined();
    expect(refusalOf('http://[fd12::7]/hook', ours)).toBeUndefined();
    expect(refusalOf('https://10.21.0.1/hook', ours)).toMatch(/not a public address/);
    expect(refusalOf('http://8.8.8.8/hook', ours)).toMatch(/https/);
  });

  test.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'ten/8', '10.0.0.0/8;fd00::/8', '10.0.0.0/'])(
    '"%s" is no list of networks',
    (text) => {
      expect(parseNetworks(text)).toBeUndefined();
    },
  );
});

describe('a message that is posted', () => {
  let answerWith: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
  const seen: string[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(answerWith.status, answerWith.headers).end(answerWith.body);
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => server.close());
  const url = (host: string): string => `http://${host}:${(server.address() as AddressInfo).port}/hook`;
  const post = (to: string, networks: AllowedNetworks) =>
    postOutside({ url: to, headers: {}, body: '{}', timeoutMs: 5_000 }, networks);

  test('goes to no name that leads to a private address, whatever was checked before', async () => {
    seen.length = 0;
    expect(await post(url('localhost'), nothing)).toMatchObject({ kind: 'forbidden' });
    expect(seen).toEqual([]);
  });

  test('goes to the address that was judged: what the name leads to a moment later counts for nothing', async () => {
    seen.length = 0;
    // The first question is answered by an address that is allowed, every later one by this server's own.
    let asked = 0;
    const rebinding: Resolve = (_hostname, _options, callback) => {
      asked += 1;
      callback(null, [{ address: asked === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
    };
    const request = { url: url('erp.example'), headers: {}, body: '{}', timeoutMs: 5_000 };
    // Nobody listens at 127.0.0.2: had the name been asked for again, the server would have got it.
    expect(await postOutside(request, named('127.0.0.2/32'), rebinding)).toMatchObject({ kind: 'failed' });
    expect(asked).toBe(1);
    // And the next connection is judged by what the name leads to then.
    expect(await postOutside(request, named('127.0.0.2/32'), rebinding)).toMatchObject({ kind: 'forbidden' });
    expect(seen).toEqual([]);
  });

  test('of several addresses of a name, only those that are allowed are tried', async () => {
    seen.length = 0;
    const mixed: Resolve = (_hostname, _options, callback) => {
      const addresses = ['169.254.169.254', '10.0.0.1', '127.0.0.1'];
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    };
    const request = { url: url('several.example'), headers: {}, body: '{}', timeoutMs: 5_000 };
    expect(await postOutside(request, named('127.0.0.0/8'), mixed)).toMatchObject({ kind: 'answered', status: 200 });
    expect(seen).toEqual(['POST /hook']);
  });

  test('goes where the network is named', async () => {
    seen.length = 0;
    expect(await post(url('localhost'), named('127.0.0.0/8, ::1/128'))).toMatchObject({
      kind: 'answered',
      status: 200,
    });
    expect(seen).toEqual(['POST /hook']);
  });

  test('follows no redirect', async () => {
    seen.length = 0;
    answerWith = { status: 302, headers: { location: '/elsewhere' } };
    expect(await post(url('127.0.0.1'), named('127.0.0.0/8'))).toMatchObject({ kind: 'answered', status: 302 });
    expect(seen).toEqual(['POST /hook']);
  });

  test('is answered by status and wish to wait; a long answer is not read to its end', async () => {
    answerWith = { status: 503, headers: { 'retry-after': '7' }, body: 'x'.repeat(10_000_000) };
    const answer = await post(url('127.0.0.1'), named('127.0.0.0/8'));
    expect(answer).toMatchObject({ kind: 'answered', status: 503, retryAfterMs: 7_000 });
    expect(answer.detail.length).toBeLessThan(400);
    expect(answer).toMatchObject({ body: '' });
  });

  test('fails, and says why, where nobody listens', async () => {
    expect(await post('http://127.0.0.1:9/', named('127.0.0.0/8'))).toMatchObject({ kind: 'failed' });
  });
});
