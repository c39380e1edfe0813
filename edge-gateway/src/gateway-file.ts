import { readFileSync } from 'node:fs';

import { idSchema } from '@shelfwire/contract';
import { configInvalid, describeIssues } from '@shelfwire/contract/service';
import { parseDocument } from 'yaml';
import { z } from 'zod';

import { findDeviceProblems, findFileProblems, findRepeats } from './gateway-file-meaning.ts';
import { deviceClockSchema, sensorSettingsSchema } from './normalize/settings.ts';
import { topicFilterProblem } from './topic-filter.ts';

/** The form of `gateway.yaml`, and of the `gateway` part of a config message from the centre. */

const topicFilterSchema = z
  .string()
  .min(1)
  .max(512)
  .superRefine((filter, context) => {
    const problem = topicFilterProblem(filter);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

const loginSchema = z
  .strictObject({
    username: z.string().min(1).max(128).describe('MQTT user name. Devices behind one bridge may share it'),
    password: z.string().min(1).max(256).optional().describe('In clear; held hashed in memory only'),
    passwordHash: z
      .string()
      .regex(/^scrypt:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/, 'write scrypt:<salt>:<hash>, both base64')
      .optional()
      .describe('scrypt:<salt>:<hash> instead of a password, both base64'),
    certificateName: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('Mutual TLS instead of a password: common name of the client certificate'),
  })
  .refine(
    ({ password, passwordHash, certificateName }) =>
      [password, passwordHash, certificateName].filter((way) => way !== undefined).length === 1,
    {
      message: 'give exactly one of password, passwordHash and certificateName',
      // Also when another key has a wrong form.
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  );

const serialSchema = z.strictObject({
  path: z.string().min(1).describe('Port, best a /dev/serial/by-id/… link, which survives replugging'),
  baudRate: z.int().min(50).max(4_000_000).default(9_600).describe('Bits per second'),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  pollIntervalMs: z.int().min(20).max(3_600_000).optional().describe("Overrides the decoder's polling interval"),
});
export type SerialSettings = z.infer<typeof serialSchema>;

const tcpSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  pollIntervalMs: z.int().min(20).max(3_600_000).optional(),
});
export type TcpSettings = z.infer<typeof tcpSchema>;

const limitsSchema = z.strictObject({
  connectsPerMinute: z.int().min(1).max(10_000).default(60).describe('More connections are refused'),
  messagesPerSecond: z.int().min(1).max(100_000).default(200).describe('Faster messages are taken later'),
  bytesPerSecond: z.int().min(100).max(1_000_000_000).default(1_000_000).describe('More payload is taken later'),
});
export type LoginLimits = z.infer<typeof limitsSchema>;
export const DEFAULT_LIMITS: LoginLimits = limitsSchema.parse({});

const siteBrokerSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^mqtts?$/, error: 'write mqtt://host:port or mqtts://host:port' })
      .describe('mqtt://host:port or mqtts://host:port'),
    username: z.string().max(128).optional(),
    password: z.string().max(256).optional(),
    connections: z.int().min(1).max(64).default(8).describe('Devices are spread over so many connections'),
    caFile: z.string().optional().describe("PEM file of the authority that signed the broker's certificate"),
    certFile: z.string().optional().describe('PEM file of our certificate, if the broker wants one'),
    keyFile: z.string().optional().describe('PEM file of its key'),
  })
  .describe("The site's own broker: the gateway is then its client and has no listener for devices");
export type SiteBrokerSettings = z.infer<typeof siteBrokerSchema>;

export const deviceSchema = z
  .strictObject({
    deviceId: idSchema,
    model: z.string().describe('Id of a decoder (npm run decode -- --list)'),
    inside: z.string().optional().describe('For LoRaWAN envelopes: id of the decoder of what they carry'),
    constants: z.record(z.string(), z.unknown()).default({}).describe("Values of this very device's datasheet"),
    topics: z.array(topicFilterSchema).min(1).max(32).optional().describe('MQTT filters the device may publish on'),
    login: loginSchema.optional().describe("At the gateway's own listener; with exactly one proof of who it is"),
    limits: limitsSchema.optional().describe('What the device may do at most; devices that share a login add up'),
    serial: serialSchema.optional().describe('Instead of topics: a serial port of this machine'),
    tcp: tcpSchema.optional().describe('Instead of topics: an address to which the gateway connects'),
    clock: deviceClockSchema.default('device').describe("gateway: the device's own times are ignored"),
    sensors: z
      .array(sensorSettingsSchema)
      .max(256)
      .default([])
      .describe('Calibration, filters and rates; each has defaults'),
  })
  .superRefine((device, context) => {
    for (const problem of findDeviceProblems(device)) context.addIssue({ code: 'custom', ...problem });
  });
export type DeviceSettings = z.infer<typeof deviceSchema>;

export const gatewayFileSchema = z
  .strictObject({
    tenantId: idSchema.describe('As in catalogue.yaml'),
    siteId: idSchema.describe('As in catalogue.yaml'),
    gatewayId: idSchema.describe('Its name at this site; the three make the login at the central broker'),
    version: z
      .int()
      .min(0)
      .optional()
      .describe('Your own number of this file; the status tells it as appliedConfigVersion once it is in force'),
    siteBroker: siteBrokerSchema.optional(),
    devices: z.array(deviceSchema).max(10_000).default([]),
  })
  .superRefine((file, context) => {
    for (const problem of findRepeats(file.devices)) context.addIssue({ code: 'custom', ...problem });
  });
export type GatewayFile = z.infer<typeof gatewayFileSchema>;

/** @throws ShelfwireError CONFIG_INVALID with every problem and its path */
export function readGatewayFile(path: string): GatewayFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw configInvalid(path, [`(top): cannot read the file (${code})`]);
  }
  return parseGatewayFile(text, path);
}

export function parseGatewayFile(text: string, source: string): GatewayFile {
  // JSON is YAML too, and read without building a document of it: that is 100 MB for thousands of devices.
  const json = text.trimStart().startsWith('{') ? parseJson(text) : undefined;
  if (json !== undefined) return checkGatewayFile(json, source);
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    throw configInvalid(
      source,
      document.errors.map((error) => `(yaml): ${(error.message.split('\n')[0] ?? '').replace(/:$/, '')}`),
    );
  }
  // No bound on aliases: the file is the operator's own, and thousands of devices may share one login by an anchor.
  return checkGatewayFile(document.toJS({ maxAliasCount: -1 }), source);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // YAML may begin with a brace as well
  }
}

export function checkGatewayFile(value: unknown, source: string): GatewayFile {
  const parsed = gatewayFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  // What is refined has been skipped where the form was wrong, and is here already where it was not.
  const meaning = findFileProblems(value).map((problem) => ({ code: 'custom' as const, ...problem }));
  const all = new z.ZodError([...parsed.error.issues, ...meaning]);
  throw configInvalid(source, [...new Set(describeIssues(all))]);
}
