export interface TagRead {
  epcHex: string;
  antennaPort: number;
  rssiDbm: number;
  atMs: number;
}

/**
 * One tag inventory event as the R700 publishes it by MQTT: EPC in base64 (standard alphabet), RSSI in hundredths of a
 * dBm, times in ISO 8601 with nanoseconds. `epcHex` only if the reader is set so; half of the real samples lack it.
 */
export function encodeImpinjTagInventory(read: TagRead, hostname: string): string {
  const iso = new Date(read.atMs).toISOString().replace('Z', '000000Z');
  return JSON.stringify({
    timestamp: iso,
    hostname,
    eventType: 'tagInventory',
    tagInventoryEvent: {
      epc: Buffer.from(read.epcHex, 'hex').toString('base64'),
      pc: 'MAA=',
      antennaPort: read.antennaPort,
      peakRssiCdbm: Math.round(read.rssiDbm * 100),
      frequency: 866_900,
      transmitPowerCdbm: 3_000,
      lastSeenTime: iso,
    },
  });
}
