import { createHash, timingSafeEqual } from 'node:crypto';

import { idSchema, ShelfwireError } from '@shelfwire/contract';
import { describeIssues } from '@shelfwire/contract/service';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import { hashPassword } from '../devices/secret.ts';
import { calibrationSchema } from '../normalize/settings.ts';
import { TokenBucket } from '../token-bucket.ts';
import { pieceWeight, tared, twoPointCalibration } from './calibrate.ts';
import type { EnrolmentTokens } from './enrolment.ts';
import type { PendingDevices } from './pending-devices.ts';
import { problem, unknownDevice } from './problem.ts';
import { registerProbe } from './probe-routes.ts';
import { registerQuarantine, type QuarantineParts } from './quarantine-routes.ts';
import type { RawValue, RawValues } from './raw-values.ts';
import type { SiteConfig } from './site-config.ts';
import type { UnclaimedTopics } from './unclaimed-topics.ts';

export interface CommissionParts {
  config: SiteConfig;
  tokens: EnrolmentTokens;
  pending: PendingDevices;
  unclaimed: UnclaimedTopics;
  rawValues: RawValues;
  quarantine: QuarantineParts;
  now: () => number;
  steadyNow: () => number;
  /** Bearer token of the local API. */
  apiToken: string;
}

const WRONG_TOKENS_PER_MINUTE = 10;
const HOUR_MS = 3_600_000;

const sensorBody = z.strictObject({ sensorId: idSchema.optional() });
const bodies = {
  token: z.strictObject({
    validForHours: z
      .number()
      .positive()
      .max(24 * 31)
      .default(24),
  }),
  approve: z.looseObject({ deviceId: idSchema, model: z.string() }),
  assign: z.strictObject({ sensorId: idSchema.optional(), calibration: calibrationSchema }),
  sensor: sensorBody,
  span: sensorBody.extend({ knownGrams: z.number().positive() }),
  tare: sensorBody.extend({ stableWithinGrams: z.number().positive().default(4) }),
  pieces: sensorBody.extend({ pieces: z.int().min(1).max(100_000) }),
};

/** The gateway's local API for the person at the shelf; `Authorization: Bearer <SHELFWIRE_API_TOKEN>`. */
export function registerCommissionRoutes(server: FastifyInstance, parts: CommissionParts): void {
  const wrongTokens = new TokenBucket(WRONG_TOKENS_PER_MINUTE / 60, parts.steadyNow(), WRONG_TOKENS_PER_MINUTE);
  server.register((api, _options, done) => {
    api.addHook('onRequest', async (request, reply) => {
      if (isBearer(request.headers.authorization, parts.apiToken)) return;
      // Only wrong tokens are slowed down: nobody can lock out who has the right one.
      const tooMany = wrongTokens.waitMs(parts.steadyNow()) > 0;
      wrongTokens.take(1);
      await problem(reply, tooMany ? 429 : 401, 'UNAUTHORIZED', 'The token is wrong or missing.');
    });
    api.setErrorHandler(async (error, _request, reply) => {
      if (error instanceof z.ZodError) return problem(reply, 400, 'INVALID_REQUEST', describeIssues(error).join('; '));
      if (error instanceof ShelfwireError) return problem(reply, 409, error.code, error.message);
      const status = (error as { statusCode?: number }).statusCode;
      if (status !== undefined && status < 500)
        return problem(reply, status, 'INVALID_REQUEST', 'The request is malformed.');
      throw error;
    });
    registerEnrolment(api, parts);
    registerCalibration(api, parts);
    registerQuarantine(api, parts.quarantine);
    registerProbe(api, { devices: () => parts.config.devices, now: parts.now });
    done();
  });
}

function registerEnrolment(api: FastifyInstance, parts: CommissionParts): void {
  const { config, tokens, pending, unclaimed, now } = parts;
  api.post('/api/v1/enrolment-tokens', async (request, reply) => {
    const { validForHours } = bodies.token.parse(request.body ?? {});
    return reply.code(201).send(await tokens.issue(validForHours * HOUR_MS, now()));
  });
  api.get('/api/v1/pending', () => ({ items: pending.list(), nextCursor: null }));
  api.post<{ Params: { username: string } }>('/api/v1/pending/:username/approve', async (request, reply) => {
    const { username } = request.params;
    const waiting = pending.get(username);
    if (!waiting) return problem(reply, 404, 'NOT_PENDING', `No device waits under the name ${username}.`);
    const wanted = bodies.approve.parse(request.body);
    const passwordHash = await hashPassword(waiting.password);
    const device = await config.approve({ topics: waiting.topics, ...wanted, login: { username, passwordHash } });
    pending.remove(username);
    return reply.code(201).send(withoutLogin(device));
  });
  api.get('/api/v1/unclaimed', () => ({ items: unclaimed.list(), nextCursor: null }));
  api.post<{ Params: { name: string } }>('/api/v1/unclaimed/:name/approve', async (request, reply) => {
    const { name } = request.params;
    const topics = unclaimed.topicsOf(name);
    if (!topics) return problem(reply, 404, 'NOT_PENDING', `Nobody publishes under the name ${name}.`);
    const device = await config.approve({ topics, ...bodies.approve.parse(request.body) });
    unclaimed.remove(name);
    return reply.code(201).send(withoutLogin(device));
  });
  // On a serial port or a TCP address nobody signs in: what a probe has found is made a device by this call alone.
  api.post('/api/v1/devices', async (request, reply) => {
    const device = await config.approve(bodies.approve.parse(request.body));
    return reply.code(201).send(withoutLogin(device));
  });
  api.get('/api/v1/devices', () => ({ items: config.devices.map(withoutLogin), nextCursor: null }));
  api.delete<{ Params: { deviceId: string } }>('/api/v1/devices/:deviceId', async (request, reply) => {
    if (await config.remove(request.params.deviceId)) return reply.code(204).send();
    return problem(reply, 404, 'UNKNOWN_DEVICE', 'No device of this id was approved here.');
  });
}

function registerCalibration(api: FastifyInstance, { config, rawValues, now }: CommissionParts): void {
  /** Zero points that wait for their known weight. */
  const zeros = new Map<string, RawValue>();
  type DeviceRequest = { Params: { deviceId: string } };

  api.put<DeviceRequest>('/api/v1/devices/:deviceId/calibration', async (request, reply) => {
    const { deviceId } = request.params;
    if (!isKnown(deviceId)) return unknownDevice(reply);
    const { sensorId, calibration } = bodies.assign.parse(request.body);
    await config.calibrate(deviceId, sensorId, calibration);
    return { calibration };
  });
  api.post<DeviceRequest>('/api/v1/devices/:deviceId/calibration/zero', async (request, reply) => {
    const { deviceId } = request.params;
    const { sensorId } = bodies.sensor.parse(request.body ?? {});
    const value = rawValues.latest(deviceId, sensorId, now());
    if (!value) return problem(reply, 409, 'NO_SAMPLES', 'No raw value came in the last 15 s: is the device sending?');
    zeros.set(`${deviceId} ${sensorId ?? ''}`, value);
    rawValues.forget(deviceId);
    return { zero: value.mean, spread: value.spread, values: value.count };
  });
  api.post<DeviceRequest>('/api/v1/devices/:deviceId/calibration/span', async (request, reply) => {
    const { deviceId } = request.params;
    const { sensorId, knownGrams } = bodies.span.parse(request.body);
    const key = `${deviceId} ${sensorId ?? ''}`;
    const zero = zeros.get(key);
    if (!zero) return problem(reply, 409, 'NO_ZERO', 'Set the zero point first, with nothing on the scale.');
    const before = config.calibrationOf(deviceId, sensorId);
    const result = twoPointCalibration(before, zero, rawValues.latest(deviceId, sensorId, now()), knownGrams);
    if (!result.ok) return problem(reply, 409, result.code, result.detail);
    await config.calibrate(deviceId, sensorId, result.calibration);
    zeros.delete(key);
    return { calibration: result.calibration };
  });
  api.post<DeviceRequest>('/api/v1/devices/:deviceId/tare', async (request, reply) => {
    const { deviceId } = request.params;
    const { sensorId, stableWithinGrams } = bodies.tare.parse(request.body ?? {});
    const before = config.calibrationOf(deviceId, sensorId);
    const result = tared(before, rawValues.latest(deviceId, sensorId, now()), stableWithinGrams);
    if (!result.ok) return problem(reply, 409, result.code, result.detail);
    await config.calibrate(deviceId, sensorId, result.calibration);
    return { calibration: result.calibration };
  });
  api.post<DeviceRequest>('/api/v1/devices/:deviceId/piece-weight', async (request, reply) => {
    const { deviceId } = request.params;
    const { sensorId, pieces } = bodies.pieces.parse(request.body);
    const calibration = config.calibrationOf(deviceId, sensorId);
    const result = pieceWeight(calibration, rawValues.latest(deviceId, sensorId, now()), pieces);
    if (!result.ok) return problem(reply, 409, result.code, result.detail);
    return { pieceGrams: result.pieceGrams, uncertaintyGrams: result.uncertaintyGrams };
  });

  function isKnown(deviceId: string): boolean {
    return config.devices.some((device) => device.deviceId === deviceId);
  }
}

/** Settings for a person to see: without passwords and their hashes. */
function withoutLogin<Device extends { login?: { username: string } | undefined }>(device: Device) {
  const { login, ...settings } = device;
  return { ...settings, ...(login ? { username: login.username } : {}) };
}

function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}
