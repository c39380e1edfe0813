import type { SparkplugMetric, SparkplugPayload } from './payload.ts';

/** What a birth told of a metric; later messages may leave it out. */
export interface KnownMetric {
  name: string;
  datatype?: number;
  unit?: string;
}

/** Bounds of what one device may make us remember. */
const METRICS_MAX = 5_000;
const DEVICES_MAX = 500;

const SEQUENCE_NUMBERS = 256;

/** The scope of payloads that came without a topic: whose they are is not known. */
export const WITHOUT_TOPIC = 'without topic';

class Scope {
  readonly byAlias = new Map<string, KnownMetric>();
  readonly byName = new Map<string, KnownMetric>();
  /** The last word of the scale about its motion, per group of metrics. */
  readonly stable = new Map<string, boolean>();

  remember(metric: SparkplugMetric, prefix = ''): void {
    const { alias, datatype, unit } = metric;
    if (metric.name === undefined || this.byName.size >= METRICS_MAX) return;
    const name = `${prefix}${metric.name}`;
    const known = { name, ...(datatype !== undefined && { datatype }), ...(unit !== undefined && { unit }) };
    this.byName.set(name, known);
    if (alias !== undefined) this.byAlias.set(alias, known);
    for (const member of metric.members ?? []) this.remember(member, `${name}/`);
  }
}

/**
 * One edge node with its devices: which metric an alias means, and whether a message is missing. Aliases are unique in the
 * whole node (Sparkplug 3.0, 6.4.9), so a device's data may be named by them too. Sequence numbers count over node and
 * devices together, from the node's birth with 0 up to 255 and from 0 again.
 */
export class EdgeNode {
  readonly #scopes = new Map<string, Scope>();
  #nextSeq: number | undefined;

  /** @param device '' for the node itself */
  scope(device: string): Scope | undefined {
    return this.#scopes.get(device);
  }

  born(device: string, payload: SparkplugPayload): Scope | undefined {
    if (device === '') this.#scopes.clear();
    if (!this.#scopes.has(device) && this.#scopes.size >= DEVICES_MAX) return undefined;
    const scope = new Scope();
    for (const metric of payload.metrics) scope.remember(metric);
    this.#scopes.set(device, scope);
    return scope;
  }

  /** A dead node takes its devices with it; what they sent before says nothing about what they send after. */
  died(device: string): void {
    if (device === '') {
      this.#scopes.clear();
      this.#nextSeq = undefined;
    } else this.#scopes.delete(device);
  }

  /** @param prefix what stands before the name of a template's member */
  find(device: string, metric: SparkplugMetric, prefix = ''): KnownMetric | undefined {
    const known = knownIn(this.#scopes.get(device), metric, prefix);
    return known ?? (device === WITHOUT_TOPIC ? knownIn(this.#scopes.get(''), metric, prefix) : undefined);
  }

  /** @returns how many messages are missing before this one; 0 also where that cannot be known */
  follow(seq: number | undefined, startsAnew: boolean): number {
    if (seq === undefined || seq >= SEQUENCE_NUMBERS) return 0;
    // The same message again: it was not acknowledged the first time.
    if (!startsAnew && this.#nextSeq === (seq + 1) % SEQUENCE_NUMBERS) return 0;
    const expected = startsAnew ? seq : (this.#nextSeq ?? seq);
    this.#nextSeq = (seq + 1) % SEQUENCE_NUMBERS;
    return (seq - expected + SEQUENCE_NUMBERS) % SEQUENCE_NUMBERS;
  }
}

function knownIn(scope: Scope | undefined, { name, alias }: SparkplugMetric, prefix: string): KnownMetric | undefined {
  if (name !== undefined) return scope?.byName.get(`${prefix}${name}`);
  return alias === undefined ? undefined : scope?.byAlias.get(alias);
}
