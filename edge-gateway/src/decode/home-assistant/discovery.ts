import { type JsonObject, asObject, asText, parseJsonObject } from '../json-payload.ts';

/**
 * Home Assistant's MQTT discovery: devices announce, retained, what they publish where and in which unit. Topic:
 * `<prefix>/<component>/[<node id>/]<object id>/config`, or `<prefix>/device/…/config` with all entities of a device in one
 * message. Keys may be abbreviated, also mixed with full ones; `~` stands for a base topic. An empty payload takes an
 * announcement back.
 *
 * Source: home-assistant.io/integrations/mqtt (discovery messages, abbreviations, device discovery payload).
 */
export interface DiscoveredEntity {
  /** sensor, binary_sensor, event, … */
  component: string;
  /** Stable through renaming: the unique id, or the topic's object id. */
  entityId: string;
  name: string;
  stateTopic: string;
  unit?: string;
  deviceClass?: string;
  /** Jinja; without one the payload is the bare value. */
  valueTemplate?: string;
  device: { id: string; name?: string; manufacturer?: string; model?: string };
  /** The software that announces: "Zigbee2MQTT", … */
  origin?: string;
}

const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ['stat_t', 'state_topic'],
  ['unit_of_meas', 'unit_of_measurement'],
  ['dev_cla', 'device_class'],
  ['val_tpl', 'value_template'],
  ['uniq_id', 'unique_id'],
  ['dev', 'device'],
  ['ids', 'identifiers'],
  ['cns', 'connections'],
  ['mf', 'manufacturer'],
  ['mdl', 'model'],
  ['o', 'origin'],
  ['cmps', 'components'],
  ['p', 'platform'],
]);

/** Only what can carry a measurement or a press; the others (switch, light, update, …) are commanded, not read. */
const TOPIC =
  /^(?:.+\/)?(?<component>sensor|binary_sensor|event|number|text|device)\/(?:[A-Za-z0-9_-]+\/)?(?<object>[A-Za-z0-9_-]+)\/config$/;
const ENTITIES_MAX = 256;

/** @returns the entities announced; none for an announcement taken back, or a message that is no announcement */
export function readDiscovery(topic: string, payload: Uint8Array): DiscoveredEntity[] {
  const groups = TOPIC.exec(topic)?.groups;
  if (groups === undefined || payload.length === 0) return [];
  const parsed = parseJsonObject(payload);
  if ('failed' in parsed) return [];
  const config = unabbreviated(parsed.object);
  const { component = '', object = '' } = groups;
  const components = asObject(config['components']);
  if (components === undefined) return readEntity(component, object, config, config, object);
  return Object.entries(components)
    .slice(0, ENTITIES_MAX)
    .flatMap(([key, value]) => {
      const entity = unabbreviated(asObject(value) ?? {});
      // What the device says for all its entities, an entity may say otherwise.
      return readEntity(asText(entity['platform']) ?? '', key, { ...config, ...entity }, config, object);
    });
}

function readEntity(
  component: string,
  objectId: string,
  config: JsonObject,
  root: JsonObject,
  deviceObjectId: string,
): DiscoveredEntity[] {
  const base = asText(config['~']) ?? '';
  const stateTopic = asText(config['state_topic'])?.replace(/^~|~$/, base);
  if (stateTopic === undefined || /[+#]/.test(stateTopic)) return [];
  const device = unabbreviated(asObject(root['device']) ?? {});
  const origin = asText(asObject(root['origin'])?.['name']);
  const unit = asText(config['unit_of_measurement']);
  const deviceClass = asText(config['device_class']);
  const valueTemplate = asText(config['value_template']);
  return [
    {
      component,
      entityId: asText(config['unique_id']) ?? objectId,
      name: asText(config['name']) ?? objectId,
      stateTopic,
      ...(unit !== undefined && { unit }),
      ...(deviceClass !== undefined && { deviceClass }),
      ...(valueTemplate !== undefined && { valueTemplate }),
      device: readDevice(device, deviceObjectId),
      ...(origin !== undefined && { origin }),
    },
  ];
}

function readDevice(device: JsonObject, objectId: string): DiscoveredEntity['device'] {
  const identifiers: unknown = device['identifiers'];
  const first = Array.isArray(identifiers) ? asText(identifiers[0]) : asText(identifiers);
  const name = asText(device['name']);
  const manufacturer = asText(device['manufacturer']);
  const model = asText(device['model']);
  return {
    id: first ?? name ?? objectId,
    ...(name !== undefined && { name }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
  };
}

function unabbreviated(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [ABBREVIATIONS.get(key) ?? key, value]));
}
