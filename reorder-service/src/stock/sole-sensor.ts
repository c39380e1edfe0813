import type { SensorInfo, SiteCatalogue } from '../catalogue/site-catalogue.ts';
import type { Observation } from './bin-state.ts';

type Sole = Observation['sole'];

const known = new WeakMap<SiteCatalogue, ReadonlyMap<SensorInfo, Sole>>();

/**
 * Whether this sensor is all that looks into its bin, so that what others said there is of sensors that were replaced.
 * Sensors side by side are added up, and so are tags, which are series of their own whichever reader sees them.
 */
export function soleOf(catalogue: SiteCatalogue, sensor: SensorInfo): Sole {
  let soles = known.get(catalogue);
  if (!soles) {
    soles = solesOf(catalogue);
    known.set(catalogue, soles);
  }
  return soles.get(sensor);
}

function solesOf({ sensorsByDevice }: SiteCatalogue): ReadonlyMap<SensorInfo, Sole> {
  const rows = [...sensorsByDevice].flatMap(([deviceId, sensors]) => sensors.map((sensor) => ({ deviceId, sensor })));
  const soles = new Map<SensorInfo, Sole>();
  // Where sensors are preferred, each rank is a bin of its own to this question: the other ranks are there by design.
  const place = ({ bin, rank }: SensorInfo): string => JSON.stringify([bin.binId, rank ?? null]);
  for (const inBin of Map.groupBy(rows, ({ sensor }) => place(sensor)).values()) {
    if (inBin.some(({ sensor }) => sensor.kind === 'tag')) continue;
    if (new Set(inBin.map(({ deviceId }) => deviceId)).size > 1) continue;
    // Without a sensorId, every sensor of the device looks into the bin.
    const sole = inBin.length === 1 && inBin[0]?.sensor.sensorId !== '' ? 'series' : 'device';
    for (const { sensor } of inBin) soles.set(sensor, sole);
  }
  return soles;
}
