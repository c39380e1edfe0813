import { noteSensor, qualityOfBin, type SensorSays } from './bin-quality.ts';
import { binOf, type BinMemory, type SiteMemory } from './site-memory.ts';
import type { SeenReading, Understood } from './understand-readings.ts';
import type { EachSensorSeen, SensorSeen } from './write-ledger.ts';

/** Times are flushed every few seconds; no sensor is given up so soon. */
const LOOKS_SILENT_AFTER_MS = 60_000;

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
  const fused = new Map<string, SeenReading[]>();
  for (const seen of newestOfEach(understood)) {
    const { binId } = seen;
    if (memory.catalogue.bins.get(binId)?.fusion) {
      fused.set(binId, [...(fused.get(binId) ?? []), seen]);
      continue;
    }
    const before = binOf(memory, binId);
    if (seen.atMs < before.lastAtMs) {
      if (!bins.has(binId)) bins.set(binId, before);
      continue;
    }
    note(changes, bins, before, { binId, newestAtMs: seen.atMs, said: { lastAtMs: seen.atMs, quality: seen.quality } });
  }
  for (const [binId, seen] of fused) noteFused(changes, memory, bins, binId, seen);
  return changes;
}

/**
 * Of bins whose level moved, also the times that are older in the table than their flushing explains: the decision that
 * follows at once must not hold for silent what has just spoken.
 */
export function noteMoved(
  changes: SensorChanges,
  memory: SiteMemory,
  bins: ReadonlyMap<string, BinMemory>,
  movedBinIds: readonly string[],
): void {
  const written = new Set(changes.bins.map(({ binId }) => binId));
  for (const binId of new Set(movedBinIds)) {
    const bin = bins.get(binId);
    if (bin?.quality === undefined || written.has(binId)) continue;
    if (bin.lastAtMs - bin.flushedAtMs <= LOOKS_SILENT_AFTER_MS) continue;
    bin.flushedAtMs = bin.lastAtMs;
    changes.bins.push(flushedSensor(memory, binId, bin));
    changes.each.push(...eachOf(binId, bin));
  }
}

function note(
  changes: SensorChanges,
  bins: Map<string, BinMemory>,
  before: BinMemory,
  { binId, newestAtMs, said }: { binId: string; newestAtMs: number; said: SensorSays },
): void {
  let bin = bins.get(binId);
  if (!bin) bins.set(binId, (bin = { ...before }));
  bin.lastAtMs = Math.max(bin.lastAtMs, newestAtMs);
  if (said.quality === before.quality) return;
  bin.quality = said.quality;
  bin.flushedAtMs = bin.lastAtMs;
  changes.bins.push({ binId, lastReadingAtMs: said.lastAtMs, quality: said.quality });
  changes.each.push(...eachOf(binId, bin));
}

function noteFused(
  changes: SensorChanges,
  memory: SiteMemory,
  bins: Map<string, BinMemory>,
  binId: string,
  seen: readonly SeenReading[],
): void {
  const fusion = memory.catalogue.bins.get(binId)?.fusion;
  if (!fusion) return;
  const before = binOf(memory, binId);
  let bin = bins.get(binId);
  if (!bin) bins.set(binId, (bin = { ...before }));
  bin.sensors = new Map(bin.sensors);
  for (const { sensor, atMs, quality } of seen) noteSensor(fusion, bin.sensors, sensor, { lastAtMs: atMs, quality });
  const said = qualityOfBin(fusion, bin.sensors);
  if (said) note(changes, bins, before, { binId, newestAtMs: Math.max(...seen.map(({ atMs }) => atMs)), said });
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

function newestOfEach({ seen }: Understood): Iterable<SeenReading> {
  const newest = new Map<string, SeenReading>();
  for (const each of seen) {
    const known = newest.get(each.sensor);
    if (!known || known.atMs <= each.atMs) newest.set(each.sensor, each);
  }
  return newest.values();
}
