import { noteSensor, qualityOfBin, type SensorSays } from './bin-quality.ts';
import { binOf, type BinMemory, type SiteMemory } from './site-memory.ts';
import type { SeenReading, Understood } from './understand-readings.ts';
import type { EachSensorSeen, SensorSeen } from './write-ledger.ts';

export interface SensorChanges {
  bins: SensorSeen[];
  each: EachSensorSeen[];
}

/**
 * Notes the newest reading of each sensor in `bins`. To be written at once are only the sensors that began or ceased to
 * be trusted; the times of the others are flushed now and then.
 */
export function changedSensors(
  memory: SiteMemory,
  bins: Map<string, BinMemory>,
  understood: Understood,
): SensorChanges {
  const changes: SensorChanges = { bins: [], each: [] };
  for (const [binId, seen] of newestOfEach(understood)) {
    const before = binOf(memory, binId);
    const bin = bins.get(binId) ?? { ...before };
    bins.set(binId, bin);
    const said = saysOf(memory, bin, binId, seen);
    if (said.lastAtMs < before.lastAtMs && !bin.sensors) continue;
    bin.lastAtMs = Math.max(bin.lastAtMs, ...[...seen.values()].map(({ atMs }) => atMs));
    if (said.quality === before.quality) continue;
    bin.quality = said.quality;
    bin.flushedAtMs = bin.lastAtMs;
    changes.bins.push({ binId, lastReadingAtMs: said.lastAtMs, quality: said.quality });
    changes.each.push(...eachOf(binId, bin));
  }
  return changes;
}

/** What a bin's row says when its times are written. */
export function flushedSensor(memory: SiteMemory, binId: string, bin: BinMemory): SensorSeen {
  const fusion = memory.catalogue.bins.get(binId)?.fusion;
  const said = fusion && bin.sensors ? qualityOfBin(fusion, bin.sensors) : undefined;
  return { binId, lastReadingAtMs: said?.lastAtMs ?? bin.lastAtMs, quality: said?.quality ?? bin.quality ?? 'good' };
}

export function eachOf(binId: string, bin: BinMemory): EachSensorSeen[] {
  return [...(bin.sensors ?? [])].map(([sensor, { lastAtMs, quality }]) => {
    return { binId, sensor, lastReadingAtMs: lastAtMs, quality };
  });
}

function newestOfEach({ seen }: Understood): Map<string, Map<string, SeenReading>> {
  const byBin = new Map<string, Map<string, SeenReading>>();
  for (const each of seen) {
    let bySensor = byBin.get(each.binId);
    if (!bySensor) byBin.set(each.binId, (bySensor = new Map<string, SeenReading>()));
    const known = bySensor.get(each.sensor);
    if (!known || known.atMs <= each.atMs) bySensor.set(each.sensor, each);
  }
  return byBin;
}

function saysOf(memory: SiteMemory, bin: BinMemory, binId: string, seen: ReadonlyMap<string, SeenReading>): SensorSays {
  const fusion = memory.catalogue.bins.get(binId)?.fusion;
  let newest: SensorSays = { lastAtMs: 0, quality: 'good' };
  bin.sensors = fusion && new Map(bin.sensors);
  for (const { sensor, atMs, quality } of seen.values()) {
    if (atMs >= newest.lastAtMs) newest = { lastAtMs: atMs, quality };
    if (fusion && bin.sensors) noteSensor(fusion, bin.sensors, sensor, { lastAtMs: atMs, quality });
  }
  return (fusion && bin.sensors && qualityOfBin(fusion, bin.sensors)) ?? newest;
}
