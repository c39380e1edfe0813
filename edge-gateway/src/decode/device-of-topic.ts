import { idOf } from './sensor-id.ts';

/**
 * The level of a topic that names the device, by the conventions of the families we know. Only the gateway's device list
 * says who a device really is; this is a name for the printed reading.
 */
export function deviceIdOfTopic(topic: string | undefined, unnamed = 'device'): string {
  const levels = topic?.split('/').filter((level) => level !== '') ?? [];
  const [first = '', second] = levels;
  const named =
    (first === 'spBv1.0' && (levels[4] ?? levels[3])) ||
    (/^(tele|stat|cmnd|zigbee2mqtt)$/.test(first) && second) ||
    (topic?.endsWith('/events/rpc') === true && levels.at(-3)) ||
    after(levels, /^devices?$/) ||
    (levels.at(-1) === 'state' && levels.length >= 4 && levels.at(-4)) ||
    undefined;
  return named === undefined ? unnamed : idOf(named);
}

function after(levels: readonly string[], marker: RegExp): string | undefined {
  const at = levels.findIndex((level) => marker.test(level));
  return at < 0 ? undefined : levels[at + 1];
}
