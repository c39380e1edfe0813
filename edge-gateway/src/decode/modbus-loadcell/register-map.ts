import { z } from 'zod';

import { READ_HOLDING, READ_INPUT, type ReadRequest } from './frames.ts';

const register = z.coerce.number().pipe(z.int().min(0).max(65_535));
const mask = z.coerce.number().pipe(z.int().min(1).max(65_535));

/** Fewer than the standard's 125: several transmitters answer no more than 32. */
const REGISTERS_MAX = 32;

export const constantsSchema = z
  .object({
    framing: z
      .enum(['rtu', 'tcp'])
      .default('rtu')
      .describe('rtu on a serial line or a serial server, tcp for Modbus TCP'),
    unitId: z.coerce.number().pipe(z.int().min(0).max(255)).default(1).describe('address on the line'),
    functionCode: z.coerce
      .number()
      .pipe(z.union([z.literal(READ_HOLDING), z.literal(READ_INPUT)]))
      .default(READ_HOLDING)
      .describe('3: holding registers, 4: input registers'),
    weightRegister: register.default(0).describe('first register of the weight, counted from 0: 40001 is 0'),
    type: z.enum(['int16', 'uint16', 'int32', 'uint32', 'float32']).default('int32'),
    words: z.enum(['HiLo', 'LoHi']).default('HiLo').describe('which register of 32 bits comes first'),
    scale: z.coerce.number().default(1).describe('unit per digit: 0.001 if 12345 is 12.345'),
    unit: z.string().optional().describe('unit of the scaled number; without it the number is uncalibrated counts'),
    statusRegister: register.optional().describe('read in the same request as the weight'),
    stableMask: mask.optional().describe('bits of the status of which one is 1 while nothing moves'),
    motionMask: mask.optional().describe('bits of which one is 1 while something moves'),
    overloadMask: mask.optional(),
    underloadMask: mask.optional(),
    faultMask: mask.optional().describe('bits that make the weight worthless: cell broken, converter out of range'),
    intervalMs: z.coerce.number().pipe(z.int().min(20)).default(500),
  })
  .superRefine((map, context) => {
    if (readRange(map).registers > REGISTERS_MAX) {
      const message = `weight and status must lie within ${REGISTERS_MAX} registers, to be read in one request`;
      context.addIssue({ code: 'custom', path: ['statusRegister'], message });
    }
  });
export type RegisterMap = z.infer<typeof constantsSchema>;

export function weightRegisters({ type }: Pick<RegisterMap, 'type'>): number {
  return type === 'int16' || type === 'uint16' ? 1 : 2;
}

/**
 * Weight and status in ONE request: asked for separately they would belong to different moments, and a moving weight
 * would be taken for a stable one.
 */
export function readRange(map: Pick<RegisterMap, 'type' | 'weightRegister' | 'statusRegister'>): {
  firstRegister: number;
  registers: number;
} {
  const weightEnd = map.weightRegister + weightRegisters(map);
  const status = map.statusRegister ?? map.weightRegister;
  const firstRegister = Math.min(map.weightRegister, status);
  return { firstRegister, registers: Math.max(weightEnd, status + 1) - firstRegister };
}

export function requestOf(map: RegisterMap): ReadRequest {
  return { unit: map.unitId, functionCode: map.functionCode, ...readRange(map) };
}
