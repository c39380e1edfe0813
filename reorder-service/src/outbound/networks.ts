import { BlockList, isIP } from 'node:net';

/**
 * IPv4 addresses that are not of the public internet (IANA special-purpose registry, RFC 6890): a customer's URL that
 * leads there would let them reach what only this server may, a cloud's metadata service first of all.
 */
const NOT_PUBLIC_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only 2000::/3 is public, without what embeds an IPv4 address or is for documents and protocols. */
const NOT_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ['::', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['4000::', 2],
  ['8000::', 1],
];

/** One for each family: a single list would take an IPv4 address for its mapped IPv6 form, and find it in `::/3`. */
const notPublic = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [net, bits] of NOT_PUBLIC_IPV4) notPublic.ipv4.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of NOT_PUBLIC_IPV6) notPublic.ipv6.addSubnet(net, bits, 'ipv6');

/** What an installation allows beside the public internet. */
export class AllowedNetworks {
  readonly #allowed = { ipv4: new BlockList(), ipv6: new BlockList() };

  /** @param networks CIDR each, as `parseNetworks` made them */
  constructor(networks: readonly Network[]) {
    for (const { net, bits, family } of networks) this.#allowed[family].addSubnet(net, bits, family);
  }

  /** Named by the installation: there plain http is as good as https. */
  isNamed(address: string): boolean {
    const plain = unmapped(address);
    const family = familyOf(plain);
    return this.#allowed[family].check(plain, family);
  }

  allows(address: string): boolean {
    const plain = unmapped(address);
    const family = familyOf(plain);
    return isIP(plain) !== 0 && (this.isNamed(plain) || !notPublic[family].check(plain, family));
  }
}

export interface Network {
  net: string;
  bits: number;
  family: 'ipv4' | 'ipv6';
}

/** Reads `10.0.0.0/8, fd00::/8`; undefined if one of them is no network. */
export function parseNetworks(text: string): Network[] | undefined {
  const networks: Network[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [net = '', bitsText = ''] = part.split('/');
    const version = isIP(net);
    const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
    if (version === 0 || !(bits <= (version === 4 ? 32 : 128))) return undefined;
    networks.push({ net, bits, family: version === 4 ? 'ipv4' : 'ipv6' });
  }
  return networks;
}

/** `::ffff:10.0.0.1` is 10.0.0.1, however it is written; the URL parser writes it as `::ffff:a00:1`. */
function unmapped(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 0xff, b >> 8, b & 0xff].join('.');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
