import { idSchema } from '@shelfwire/contract';
import { z } from 'zod';

import type { DecoderModel } from './decode/decoder.ts';
import { findDecoderModel } from './decode/registry.ts';

/**
 * What the form of `gateway.yaml` cannot say: that a decoder exists, that ids are not given twice.
 * Looked at in the document as it was written, because zod skips refinements of what has a wrong form, and a person
 * wants to see all mistakes at once. A value of wrong form is left to the schema: here it counts as not told.
 */

export interface MeaningProblem {
  path: PropertyKey[];
  message: string;
}

const text = z.string().optional().catch(undefined);
const roughDeviceSchema = z.looseObject({
  deviceId: idSchema.optional().catch(undefined),
  model: text,
});
type RoughDevice = z.infer<typeof roughDeviceSchema>;
const roughLoginSchema = z.looseObject({
  username: text,
  password: text,
  passwordHash: text,
  certificateName: text,
});
const constantsSchema = z.record(z.string(), z.unknown()).default({});

export function findFileProblems(file: unknown): MeaningProblem[] {
  const devices = z.looseObject({ devices: z.array(z.unknown()) }).safeParse(file).data?.devices ?? [];
  return [
    ...devices.flatMap((device, index) =>
      findDeviceProblems(device).map(({ path, message }) => ({ path: ['devices', index, ...path], message })),
    ),
    ...findRepeats(devices),
  ];
}

/** Of one device for itself. */
export function findDeviceProblems(raw: unknown): MeaningProblem[] {
  const device = roughDeviceSchema.safeParse(raw).data;
  if (!device) return [];
  const { topics, serial, tcp, login } = device;
  const problems: MeaningProblem[] = [];
  if ([topics, serial, tcp].filter((way) => way !== undefined).length !== 1) {
    problems.push({ path: [], message: 'give exactly one of topics, serial and tcp' });
  }
  if (login !== undefined && topics === undefined) {
    problems.push({ path: ['login'], message: 'a login needs topics' });
  }
  return [...problems, ...findModelProblems(device)];
}

/** Between devices: an id that is there twice, a login with two secrets. */
export function findRepeats(devices: readonly unknown[]): MeaningProblem[] {
  const problems: MeaningProblem[] = [];
  const seen = new Set<string>();
  const secrets = new Map<string, string>();
  for (const [index, raw] of devices.entries()) {
    const device = roughDeviceSchema.safeParse(raw).data;
    if (device?.deviceId !== undefined) {
      const { deviceId } = device;
      if (seen.has(deviceId)) {
        problems.push({ path: ['devices', index, 'deviceId'], message: `${deviceId} is there twice` });
      }
      seen.add(deviceId);
    }
    const login = roughLoginSchema.safeParse(device?.['login']).data;
    const username = login?.username;
    const secret = login && secretOf(login);
    if (username === undefined || secret === undefined) continue;
    if ((secrets.get(username) ?? secret) !== secret) {
      const message = `the login ${username} is there twice with different secrets`;
      problems.push({ path: ['devices', index, 'login'], message });
    }
    secrets.set(username, secret);
  }
  return problems;
}

/** @returns undefined unless there is exactly one: the schema complains about the rest */
function secretOf(login: z.infer<typeof roughLoginSchema>): string | undefined {
  const ways = [login.password, login.passwordHash, login.certificateName];
  return ways.filter((way) => way !== undefined).length === 1 ? JSON.stringify(ways) : undefined;
}

function findModelProblems(device: RoughDevice): MeaningProblem[] {
  const { model: modelId } = device;
  const insideId = device['inside'];
  const problems: MeaningProblem[] = [];
  const inside = typeof insideId === 'string' ? findDecoderModel(insideId) : undefined;
  if (typeof insideId === 'string' && !inside) {
    problems.push({ path: ['inside'], message: `there is no decoder "${insideId}"` });
  }
  if (modelId === undefined) return problems;
  const model = findDecoderModel(modelId);
  if (!model) return [{ path: ['model'], message: `there is no decoder "${modelId}"` }, ...problems];
  if (model.input === 'stream' && device['topics'] !== undefined) {
    const message = `${model.id} speaks over a byte stream: give serial or tcp, not topics`;
    problems.push({ path: ['topics'], message });
  }
  // The constants belong to the inner decoder; which one that is must be known before they can be wrong.
  const owner = insideId === undefined ? model : inside;
  return owner ? [...problems, ...findConstantsProblems(owner, device['constants'])] : problems;
}

function findConstantsProblems(model: DecoderModel, given: unknown): MeaningProblem[] {
  const constants = constantsSchema.safeParse(given);
  if (!constants.success) return [];
  const issues = model.constantsSchema?.safeParse(constants.data).error?.issues ?? [];
  const known = Object.keys(model.constantsSchema?.shape ?? {});
  // A slip of the pen would leave a default in force, and nobody would know.
  const unknown = Object.keys(constants.data)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: ['constants', name], message: `${model.id} knows ${known.join(', ') || 'no constants'}` }));
  return [...unknown, ...issues.map(({ path, message }) => ({ path: ['constants', ...path], message }))];
}
