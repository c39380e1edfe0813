import { z } from 'zod';

import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decoder.ts';
import { failure, understood } from '../result.ts';
import type { Sample, SampleCommon, WeightSample } from '../sample.ts';
import { idOf } from '../sensor-id.ts';
import { EdgeNode, WITHOUT_TOPIC } from './edge-node.ts';
import { typeOfPayload } from './message-type.ts';
import { groupOf, MEANING_PATTERN, sampleOfMetric, stableFlag } from './metric-meaning.ts';
import { readPayload, valueOf, type SparkplugMetric, type SparkplugPayload } from './payload.ts';
import { RebirthRequester } from './rebirth.ts';
import { type MessageType, parseSparkplugTopic, type SparkplugTopic } from './topic.ts';

const constantsSchema = z.object({
  metric: z
    .record(
      z.string(),
      z.string().regex(MEANING_PATTERN, 'use weight:kg, raw, distance:mm, fill:%, count, … or ignore'),
    )
    .optional()
    .describe('What a metric means, by its name: weight:kg, raw, distance:mm, fill:%, count, temperature:C, ignore'),
  unit: z.string().optional().describe('Mass unit of weights whose birth tells none'),
});
type Constants = z.infer<typeof constantsSchema>;

interface Message {
  type: MessageType;
  device: string;
  payload: SparkplugPayload;
  topic: SparkplugTopic | undefined;
  receivedAtMs: number;
}

/** Edge nodes behind one login; a login has one, seldom two. */
const EDGE_NODES_MAX = 16;

class SparkplugDecoder implements Decoder {
  readonly #constants: Constants;
  readonly #nodes = new Map<string, { node: EdgeNode; rebirth: RebirthRequester }>();

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  decode(frame: Frame): DecodeResult {
    const topic = frame.topic === undefined ? undefined : parseSparkplugTopic(frame.topic);
    if (frame.topic !== undefined && !topic && frame.topic.startsWith('spBv1.0/')) {
      return failure('unknown-type', `The topic ${frame.topic.slice(0, 80)} is no Sparkplug topic.`);
    }
    if (topic?.type === 'STATE' || topic?.type === 'NCMD' || topic?.type === 'DCMD') return understood();
    const payload = readPayload(frame.payload);
    if (frame.payload.length === 0) return failure('truncated', 'The payload is empty.');
    if (!payload || isEmpty(payload)) return failure('malformed', 'The payload is no Sparkplug B protobuf.');
    const type = topic?.type ?? typeOfPayload(payload);
    return this.#receive({ type, device: topic?.device ?? '', payload, topic, receivedAtMs: frame.receivedAtMs });
  }

  #receive(message: Message): DecodeResult {
    const { type, device, payload } = message;
    const { node, rebirth } = this.#nodeOf(message.topic);
    switch (type) {
      case 'NBIRTH':
        rebirth.born();
        node.follow(payload.seq, true);
        node.born('', payload);
        return understood(this.#samples(node, message));
      case 'DBIRTH':
        return this.#deviceBirth(node, rebirth, message);
      case 'NDEATH':
      case 'DDEATH':
        if (type === 'DDEATH') node.follow(payload.seq, false);
        node.died(device);
        return understood();
      default:
        return this.#data(node, rebirth, message);
    }
  }

  #deviceBirth(node: EdgeNode, rebirth: RebirthRequester, message: Message): DecodeResult {
    const missing = node.follow(message.payload.seq, false);
    const scope = node.born(scopeOf(message), message.payload);
    if (!scope) return failure('out-of-range', 'The edge node has more devices than can be remembered.');
    const reply = missing > 0 ? rebirth.request(message.topic, message.receivedAtMs) : undefined;
    return { ok: true, samples: this.#samples(node, message), ...(reply && { reply }) };
  }

  #data(node: EdgeNode, rebirth: RebirthRequester, message: Message): DecodeResult {
    const { payload, topic, receivedAtMs } = message;
    const missing = node.follow(payload.seq, false);
    const device = scopeOf(message);
    const unborn = node.scope(device) === undefined;
    const unknown = payload.metrics.filter((metric) => metric.name === undefined && !node.find(device, metric));
    const doubtful = unborn || missing > 0 || unknown.length > 0;
    const reply = doubtful ? rebirth.request(topic, receivedAtMs) : undefined;
    const samples = this.#samples(node, message);
    if (unknown.length > 0 && samples.length === 0) {
      const aliases = unknown.map((metric) => metric.alias ?? 'none').slice(0, 5);
      const detail = `Data before the birth that names its metrics (alias ${aliases.join(', ')}).`;
      return { ...failure('needs-birth', detail), ...(reply && { reply }) };
    }
    const rejected = unknown.map(({ alias }) => ({
      kind: 'needs-birth' as const,
      detail: `No birth has told what the alias ${alias ?? 'none'} means.`,
    }));
    return { ok: true, samples, ...(rejected.length > 0 && { rejected }), ...(reply && { reply }) };
  }

  #samples(node: EdgeNode, message: Message): Sample[] {
    const { payload } = message;
    const device = scopeOf(message);
    const stable = node.scope(device)?.stable ?? new Map<string, boolean>();
    const named = payload.metrics.flatMap((metric) => namedValues(node, device, metric, ''));
    for (const metric of named) {
      const flag = metric.historical ? undefined : stableFlag(metric);
      if (flag !== undefined) stable.set(groupOf(metric.name), flag);
    }
    return named.flatMap((metric) => {
      const stability = metric.historical ? 'unknown' : stabilityOf(stable.get(groupOf(metric.name)));
      return this.#sample(metric, message, stability) ?? [];
    });
  }

  #sample(metric: Named, { device, payload }: Message, stability: WeightSample['stability']): Sample | undefined {
    if (/^(bdSeq|(Node|Device) (Control|Info)\/.*|Properties\/.*)$/i.test(metric.name)) return undefined;
    const observedAtMs = metric.timestampMs ?? payload.timestampMs;
    const common: SampleCommon = {
      sensorId: idOf(device === '' ? metric.name : `${device}:${metric.name}`),
      ...(observedAtMs !== undefined && { observedAtMs }),
      ...(metric.historical && { historical: true }),
    };
    const sample = sampleOfMetric(metric, this.#constants.metric?.[metric.name], common, stability);
    if (sample?.kind !== 'raw' || this.#constants.unit === undefined) return sample;
    return sampleOfMetric({ ...metric, unit: this.#constants.unit }, 'weight', common, stability);
  }

  #nodeOf(topic: SparkplugTopic | undefined): { node: EdgeNode; rebirth: RebirthRequester } {
    const key = topic ? `${topic.group}/${topic.edgeNode}` : '';
    let known = this.#nodes.get(key);
    if (!known) {
      const [oldest] = this.#nodes.keys();
      if (this.#nodes.size >= EDGE_NODES_MAX && oldest !== undefined) this.#nodes.delete(oldest);
      known = { node: new EdgeNode(), rebirth: new RebirthRequester() };
      this.#nodes.set(key, known);
    }
    return known;
  }
}

/** Much text is protobuf of some kind, with fields that nobody knows; every Sparkplug payload has one of these. */
function isEmpty({ timestampMs, seq, metrics }: SparkplugPayload): boolean {
  return timestampMs === undefined && seq === undefined && metrics.length === 0;
}

function scopeOf({ topic, device, type }: Message): string {
  return topic || type.startsWith('N') ? device : WITHOUT_TOPIC;
}

type Named = SparkplugMetric & { name: string; value: number | boolean | string };

/** The metric with its full name and value; of a template's instance, its members. */
function namedValues(node: EdgeNode, device: string, metric: SparkplugMetric, prefix: string): Named[] {
  const known = node.find(device, metric, prefix);
  const name = metric.name === undefined ? known?.name : `${prefix}${metric.name}`;
  if (name === undefined) return [];
  if (metric.members) {
    const { timestampMs, historical } = metric;
    const inherited = { ...(timestampMs !== undefined && { timestampMs }), ...(historical && { historical }) };
    return metric.members.flatMap((member) => namedValues(node, device, { ...member, ...inherited }, `${name}/`));
  }
  const unit = metric.unit ?? known?.unit;
  const value = valueOf(metric, metric.datatype ?? known?.datatype);
  return value === undefined ? [] : [{ ...metric, name, value, ...(unit !== undefined && { unit }) }];
}

function stabilityOf(flag: boolean | undefined): WeightSample['stability'] {
  if (flag === undefined) return 'unknown';
  return flag ? 'stable' : 'unstable';
}

export const sparkplugBModel: DecoderModel<typeof constantsSchema> = {
  id: 'sparkplug-b',
  title: 'Sparkplug B edge nodes and their devices (MQTT)',
  input: 'payload',
  encoding: 'binary',
  constantsSchema,
  create: ({ constants }) => new SparkplugDecoder(constants),
};
