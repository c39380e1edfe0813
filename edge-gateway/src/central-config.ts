import { gatewayConfigSchema, ShelfwireError } from '@shelfwire/contract';

import { checkGatewayFile, type GatewayFile } from './gateway-file.ts';

export type CentralConfig =
  | { kind: 'usable'; version: number; file: GatewayFile }
  /** For another gateway of the site. */
  | { kind: 'foreign' }
  | { kind: 'refused'; problem: string };

/** Reads a message of the config topic. @param own the ids of this gateway, which a configuration cannot change */
export function readCentralConfig(
  payload: Buffer,
  own: Pick<GatewayFile, 'tenantId' | 'siteId' | 'gatewayId'>,
): CentralConfig {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString());
  } catch {
    return { kind: 'refused', problem: 'it is not JSON' };
  }
  const parsed = gatewayConfigSchema.safeParse(value);
  if (!parsed.success) return { kind: 'refused', problem: parsed.error.issues[0]?.message ?? 'unknown form' };
  const { gatewayId, version, gateway } = parsed.data;
  if (gatewayId !== own.gatewayId) return { kind: 'foreign' };
  try {
    const { tenantId, siteId } = own;
    const file = checkGatewayFile({ ...gateway, tenantId, siteId, gatewayId }, `config version ${version}`);
    return { kind: 'usable', version, file };
  } catch (error) {
    if (error instanceof ShelfwireError) return { kind: 'refused', problem: error.message };
    throw error;
  }
}
