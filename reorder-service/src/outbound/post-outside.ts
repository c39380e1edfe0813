import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

import type { AllowedNetworks } from './networks.ts';

/** `forbidden`: the address is none that this installation sends to. `failed`: no answer came. */
export type OutsideAnswer =
  | { kind: 'answered'; status: number; retryAfterMs: number | undefined; detail: string; body: string }
  | { kind: 'failed' | 'forbidden'; detail: string };

export interface OutsideRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  timeoutMs: number;
  /** Who sends more is not listened to: the status counts, and `body` is empty. */
  answerBytesMax?: number | undefined;
}

/** Where a name leads: `dns.lookup`, or what a test puts in its place. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: Error | null, found: LookupAddress[]) => void,
) => void;

const DETAIL_CHARACTERS_MAX = 300;
const ANSWER_BYTES_MAX_DEFAULT = 4_096;
const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 32, timeout: 60_000 });
const httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: 32, timeout: 60_000 });

class Forbidden extends Error {}

/**
 * Posts to a URL that a customer has named. The address is judged when the connection is made, so that a name which
 * points elsewhere by then (DNS rebinding) does not help; redirects are not followed. Never throws.
 */
export async function postOutside(
  request: OutsideRequest,
  networks: AllowedNetworks,
  resolve: Resolve = lookup,
): Promise<OutsideAnswer> {
  const refusal = refusalOf(request.url, networks);
  if (refusal !== undefined) return { kind: 'forbidden', detail: refusal };
  const url = new URL(request.url);
  try {
    return await post(url, request, guardedLookup(url, networks, resolve));
  } catch (error) {
    const detail = error instanceof Error ? error.message || error.name : 'unknown error';
    const kind = error instanceof Forbidden ? 'forbidden' : 'failed';
    return { kind, detail: detail.slice(0, DETAIL_CHARACTERS_MAX) };
  }
}

/** What is wrong with a URL before anybody has asked for its name; undefined if nothing is. */
export function refusalOf(text: string, networks: AllowedNetworks): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'it is no http(s) URL';
  if (url.username !== '' || url.password !== '') return 'a URL with a login in it is not taken';
  const host = hostOf(url);
  return isIP(host) === 0 ? undefined : refusalOfAddress(host, url, networks);
}

function refusalOfAddress(address: string, url: URL, networks: AllowedNetworks): string | undefined {
  if (!networks.allows(address)) {
    return `${address} is not a public address, and of no network that SHELFWIRE_OUTBOUND_NETWORKS names`;
  }
  if (url.protocol === 'http:' && !networks.isNamed(address)) return `${address} must be reached by https`;
  return undefined;
}

function post(url: URL, request: OutsideRequest, guarded: LookupFunction): Promise<OutsideAnswer> {
  const { headers, body, timeoutMs, answerBytesMax = ANSWER_BYTES_MAX_DEFAULT } = request;
  const secure = url.protocol === 'https:';
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Shelfwire' },
    agent: secure ? httpsAgent : httpAgent,
    lookup: guarded,
    signal: AbortSignal.timeout(timeoutMs),
  };
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const answer = (): void => {
        const status = response.statusCode ?? 0;
        const text = Buffer.concat(chunks).toString('utf8');
        const retryAfterMs = retryAfterOf(response.headers['retry-after']);
        const detail = `HTTP ${status} ${text.slice(0, DETAIL_CHARACTERS_MAX)}`.trim();
        resolve({ kind: 'answered', status, retryAfterMs, detail, body: size <= answerBytesMax ? text : '' });
      };
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= answerBytesMax) chunks.push(chunk);
        else {
          answer();
          response.destroy();
        }
      });
      response.on('end', answer);
      response.on('error', reject);
    });
    outgoing.on('error', (error) => {
      // They closed a connection that had been idle just when we took it again; nobody has read the message.
      if (wasClosedWhileIdle(outgoing, error)) resolve(post(url, request, guarded));
      else reject(error);
    });
    outgoing.end(body);
  });
}

function wasClosedWhileIdle(outgoing: ClientRequest, error: Error): boolean {
  return outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
}

/** Asks for a name, and lets only those of its addresses through to which a message may go. */
function guardedLookup(url: URL, networks: AllowedNetworks, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) {
        callback(error, '', 0);
        return;
      }
      const allowed = found.filter(({ address }) => refusalOfAddress(address, url, networks) === undefined);
      const [first] = allowed;
      if (!first) {
        const why = found.map(({ address }) => refusalOfAddress(address, url, networks)).find(Boolean);
        callback(new Forbidden(`${hostname}: ${why ?? 'has no address'}`), '', 0);
      } else if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** RFC 9110: seconds, or a date, which is not used here. */
function retryAfterOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}
