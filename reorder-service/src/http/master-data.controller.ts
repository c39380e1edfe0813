import { Readable } from 'node:stream';

import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import type { UserPrincipal } from '../auth/principal.ts';
import { Exports, type ExportRange } from '../master-data/exports.ts';
import { MasterDataImport } from '../master-data/master-data-import.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

const DAYS_DEFAULT_MS = 30 * 86_400_000;

/** Master data in, stock, movements and orders out. */
@Controller()
export class MasterDataController {
  constructor(
    private readonly imports: MasterDataImport,
    private readonly exports: Exports,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @ContractRoute('importMasterData')
  @Roles('admin')
  async run(
    @CurrentPerson() { tenantId, email }: UserPrincipal,
    @Input() { params, query, body }: InputOf<'importMasterData'>,
  ): Promise<ResponseOf<'importMasterData'>> {
    const answer = await this.imports.run(tenantId, params.kind, body, { email, dryRun: query.dryRun === 'true' });
    if (answer.ok) return answer.result;
    const { problems } = answer;
    throw new HttpProblem('IMPORT_REFUSED', `Nothing was taken: ${problems.length} problems`, { problems });
  }

  @ContractRoute('exportStock')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async stock(
    @CurrentPerson() { tenantId }: UserPrincipal,
    @Input() { query }: InputOf<'exportStock'>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, 'stock', this.exports.stock(tenantId, query.siteId));
  }

  @ContractRoute('exportMovements')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async movements(
    @CurrentPerson() { tenantId }: UserPrincipal,
    @Input() { query }: InputOf<'exportMovements'>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, 'movements', this.exports.movements(tenantId, this.#range(query)));
  }

  @ContractRoute('exportOrders')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async orders(
    @CurrentPerson() { tenantId }: UserPrincipal,
    @Input() { query }: InputOf<'exportOrders'>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, 'orders', this.exports.orders(tenantId, this.#range(query)));
  }

  #range({ siteId, fromMs, toMs }: InputOf<'exportOrders'>['query']): ExportRange {
    const untilMs = toMs ?? this.clock() + 1;
    return { siteId, fromMs: fromMs ?? untilMs - DAYS_DEFAULT_MS, toMs: untilMs };
  }
}

async function send(reply: FastifyReply, name: string, lines: AsyncGenerator<string>): Promise<void> {
  await reply
    .header('content-disposition', `attachment; filename="${name}.csv"`)
    .type('text/csv; charset=utf-8')
    .send(Readable.from(lines));
}
