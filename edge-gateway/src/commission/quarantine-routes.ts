import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

import type { Frame } from '../decode/decoder.ts';
import type { SiteDevices } from '../devices/site-devices.ts';
import type { Pipeline } from '../pipeline.ts';
import type { KeptFrame, Quarantine } from '../quarantine.ts';
import { problem, unknownDevice } from './problem.ts';

export interface QuarantineParts {
  quarantine: Quarantine;
  devices: SiteDevices;
  pipeline: Pipeline;
}

const listQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(100) });
type FrameRequest = { Params: { id: string } };

/** Frames that no reading could be made of: to look at, to take again when the cause is corrected, to throw away. */
export function registerQuarantine(api: FastifyInstance, parts: QuarantineParts): void {
  const { quarantine } = parts;
  /** One replay after the other: who asks twice for the same frame must not get its readings twice. */
  let turn: Promise<unknown> = Promise.resolve();

  api.get('/api/v1/quarantine', async (request) => {
    const { limit } = listQuery.parse(request.query);
    const frames = await quarantine.list(limit);
    return { items: frames.map(withoutPayload), nextCursor: null };
  });
  api.get<FrameRequest>('/api/v1/quarantine/:id', async (request, reply) => {
    const frame = await quarantine.get(request.params.id);
    if (!frame) return notQuarantined(reply);
    const { payload: payloadBase64, ...rest } = frame;
    return { ...rest, payloadBase64 };
  });
  api.delete<FrameRequest>('/api/v1/quarantine/:id', async (request, reply) => {
    return (await quarantine.remove(request.params.id)) ? reply.code(204).send() : notQuarantined(reply);
  });
  api.post<FrameRequest>('/api/v1/quarantine/:id/replay', (request, reply) => {
    const replayed = turn.then(() => replay(parts, request.params.id, reply));
    turn = replayed.catch(() => undefined);
    return replayed;
  });
}

/** A frame that was taken leaves the quarantine; any other stays as it is. */
async function replay({ quarantine, devices, pipeline }: QuarantineParts, id: string, reply: FastifyReply) {
  const kept = await quarantine.get(id);
  if (!kept) return notQuarantined(reply);
  const device = devices.byId(kept.deviceId);
  if (!device) return unknownDevice(reply);
  const frame = frameOf(kept);
  if (frame.payload.length < kept.payloadBytes) {
    const detail = `Only ${frame.payload.length} of its ${kept.payloadBytes} bytes were kept.`;
    return problem(reply, 409, 'FRAME_CUT', detail);
  }
  const outcome = await pipeline.replay(device, frame);
  if (outcome.kind === 'refused') return problem(reply, 503, 'OUTBOX_FULL', 'There is no room in the outbox.');
  if (outcome.kind === 'unusable') return problem(reply, 409, 'STILL_UNUSABLE', `${outcome.reason}: ${outcome.detail}`);
  await quarantine.remove(id);
  return { readings: outcome.readings };
}

function withoutPayload(kept: KeptFrame) {
  const { payload: _, ...rest } = kept;
  return rest;
}

function frameOf({ payload, topic, atMs: receivedAtMs, retained, fPort }: KeptFrame): Frame {
  return {
    payload: Buffer.from(payload, 'base64'),
    receivedAtMs,
    ...(topic === undefined ? {} : { topic }),
    ...(retained === undefined ? {} : { retained }),
    ...(fPort === undefined ? {} : { fPort }),
  };
}

function notQuarantined(reply: FastifyReply): Promise<FastifyReply> {
  return problem(reply, 404, 'NOT_QUARANTINED', 'No frame of this id is in the quarantine.');
}
