import { isMeasuredUnit } from '../measured-value.ts';
import { idOf } from '../sensor-id.ts';
import type { DiscoveredEntity } from './discovery.ts';

/** An entry for `devices` of `gateway.yaml` that would read what was announced; a person approves it. */
export interface SuggestedDevice {
  deviceId: string;
  model: string;
  topics: string[];
  constants: Record<string, unknown>;
  /** For the person: what it is, and which entities would be read. */
  title: string;
  reads: string[];
}

interface Measured extends DiscoveredEntity {
  /** In the words of `measuredSample`. */
  measuredUnit: string;
}

/** Classes whose unit looks like one of ours and means something else: humidity is no fill level. */
const OTHER_CLASSES: ReadonlySet<string> = new Set([
  'humidity', 'moisture', 'power_factor', 'voltage', 'precipitation', 'precipitation_intensity', 'speed', 'wind_speed',
]); // prettier-ignore

/** @returns one suggestion for a device, or one for each of its topics where no decoder knows the device as a whole */
export function suggestDevices(entities: readonly DiscoveredEntity[]): SuggestedDevice[] {
  const measured = entities.flatMap((entity): Measured[] => {
    const measuredUnit = unitOf(entity);
    return measuredUnit === undefined ? [] : [{ ...entity, measuredUnit }];
  });
  return [...Map.groupBy(measured, (entity) => entity.device.id).values()].flatMap(suggestForDevice);
}

function unitOf({ component, unit, deviceClass }: DiscoveredEntity): string | undefined {
  if (component !== 'sensor' || unit === undefined || OTHER_CLASSES.has(deviceClass ?? '')) return undefined;
  if (unit === '%') return deviceClass === 'battery' ? 'battery%' : '%';
  return isMeasuredUnit(unit) ? unit : undefined;
}

function suggestForDevice(entities: Measured[]): SuggestedDevice[] {
  const [first] = entities;
  if (first === undefined) return [];
  const topics = [...new Set(entities.map((entity) => entity.stateTopic))];
  const common = {
    deviceId: idOf(first.device.name ?? first.device.id),
    topics,
    title: [first.device.name, first.device.manufacturer, first.device.model].filter(Boolean).join(', ') || first.name,
    reads: entities.map((entity) => `${entity.name} (${entity.measuredUnit})`),
  };
  if (first.origin === 'Zigbee2MQTT' || topics.every((topic) => topic.startsWith('zigbee2mqtt/'))) {
    return [{ ...common, model: 'zigbee2mqtt', constants: unitsByProperty(entities) }];
  }
  if (topics.every((topic) => /^tele\/.+\/(SENSOR|STATE)$/.test(topic)) && isTasmota(entities)) {
    return [{ ...common, model: 'tasmota', constants: {} }];
  }
  if (entities.every((entity) => entity.valueTemplate === undefined && esphomeName(entity) !== undefined)) {
    const units = Object.fromEntries(entities.map((entity) => [esphomeName(entity) ?? '', entity.measuredUnit]));
    return [{ ...common, model: 'esphome', constants: { units } }];
  }
  return suggestRules(entities, common);
}

/** Of a Tasmota, the names below the sensor are its drivers'. Other software publishes on `tele/` too. */
function isTasmota(entities: readonly Measured[]): boolean {
  return entities.every((entity) =>
    /value_json(\.|\[')(HX711|VL53L\d|SR04|ME007|Wifi|DS18B20)/.test(entity.valueTemplate ?? ''),
  );
}

function esphomeName({ stateTopic }: Measured): string | undefined {
  return /\/sensor\/([^/]+)\/state$/.exec(stateTopic)?.[1];
}

function unitsByProperty(entities: readonly Measured[]): Record<string, unknown> {
  const units = entities.flatMap((entity) => {
    const property = /^\{\{\s*value_json\.(\w+)\s*(\|.*)?\}\}$/.exec(entity.valueTemplate ?? '')?.[1];
    const ownWord = /^(battery|temperature|voltage|linkquality|liquid_depth)$/.test(property ?? '');
    return property === undefined || ownWord ? [] : [[property, entity.measuredUnit] as const];
  });
  return units.length === 0 ? {} : { units: Object.fromEntries(units) };
}

/** Rules of the declarative decoder, one entry for each topic: its expressions see the message and not the topic. */
function suggestRules(
  entities: readonly Measured[],
  common: Omit<SuggestedDevice, 'model' | 'constants'>,
): SuggestedDevice[] {
  const perTopic = [...Map.groupBy(entities, (entity) => entity.stateTopic)];
  return perTopic.flatMap(([topic, ofTopic], index): SuggestedDevice[] => {
    const isText = ofTopic.every((entity) => isBareValue(entity.valueTemplate));
    const readings = ofTopic.flatMap((entity) => {
      const value = isText ? '$number($)' : pathOf(entity.valueTemplate);
      return value === undefined ? [] : [{ value, unit: entity.measuredUnit, sensorId: idOf(entity.entityId) }];
    });
    if (readings.length === 0) return [];
    return [
      {
        ...common,
        deviceId: perTopic.length === 1 ? common.deviceId : idOf(`${common.deviceId}-${index + 1}`),
        model: 'declarative',
        topics: [topic],
        constants: { ...(isText && { payload: 'text' }), readings },
        reads: ofTopic.map((entity) => `${entity.name} (${entity.measuredUnit})`),
      },
    ];
  });
}

function isBareValue(template: string | undefined): boolean {
  return template === undefined || /^\{\{\s*value\s*(\|.*)?\}\}$/.test(template);
}

/** `{{ value_json.scale['net weight'] | float }}` → scale.`net weight`; other Jinja is not translated. */
function pathOf(template: string | undefined): string | undefined {
  const match = /^\{\{\s*value_json((?:\.\w+|\[(?:'[^'`]*'|"[^"`]*"|\d+)\])+)\s*(?:\|.*)?\}\}$/.exec(template ?? '');
  if (match?.[1] === undefined) return undefined;
  const parts = match[1].match(/\.\w+|\[(?:'[^']*'|"[^"]*"|\d+)\]/g) ?? [];
  return parts
    .map((part) => (/^\[\d/.test(part) ? part : `.\`${part.replace(/^\.|^\[['"]|['"]\]$/g, '')}\``))
    .join('')
    .replace(/^\./, '');
}
