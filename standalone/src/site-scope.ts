import { readFileSync } from 'node:fs';

import { idSchema, ShelfwireError } from '@shelfwire/contract';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';

import type { GatewayScope } from './broker-acl.ts';

// Only what the launcher itself needs; the gateway checks the whole file and names every problem.
const deviceSchema = z.looseObject({
  deviceId: z.string(),
  model: z.string(),
  topics: z.array(z.string()).min(1),
  login: z.looseObject({ username: z.string(), password: z.string() }),
});
const scopeSchema = z.looseObject({
  tenantId: idSchema,
  siteId: idSchema,
  gatewayId: idSchema,
  devices: z.array(deviceSchema.or(z.unknown())).default([]),
});

export interface SiteSummary extends GatewayScope {
  deviceCount: number;
  /** A command that a person can paste: one light weight on one scale, enough for an order. */
  exampleCommand: ((host: string, port: number) => string) | undefined;
}

/** @throws ShelfwireError DATA_DIR_UNUSABLE */
export function readSiteSummary(gatewayFile: string): SiteSummary {
  let parsed;
  try {
    parsed = scopeSchema.parse(parseYaml(readFileSync(gatewayFile, 'utf8')));
  } catch (cause) {
    const reason =
      cause instanceof YAMLParseError ? cause.message.split('\n')[0] : 'it must name tenantId, siteId, gatewayId';
    const message = `cannot read ${gatewayFile} (${reason}): correct it, or move it away to get the demo's again`;
    throw new ShelfwireError('DATA_DIR_UNUSABLE', message, { cause });
  }
  const { tenantId, siteId, gatewayId, devices } = parsed;
  const scale = devices
    .map((device) => deviceSchema.safeParse(device).data)
    .find((device) => device?.model === 'tasmota');
  return {
    tenantId,
    siteId,
    gatewayId,
    deviceCount: devices.length,
    exampleCommand: scale && ((host, port) => publishCommand(scale, host, port)),
  };
}

/** 0.9 kg: the bin itself and a few bolts. */
function publishCommand(scale: z.infer<typeof deviceSchema>, host: string, port: number): string {
  const payload = '{"Time":"2026-01-01T08:00:00","HX711":{"Weight":0.900,"WeightRaw":900,"AbsRaw":109002}}';
  const { username, password } = scale.login;
  return `mosquitto_pub -h ${host} -p ${port} -u ${username} -P '${password}' -q 1 -t ${scale.topics[0] ?? ''} -m '${payload}'`;
}
