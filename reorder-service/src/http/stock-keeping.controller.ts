import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { Consignment } from '../stock-keeping/consignment.ts';
import { Lots } from '../stock-keeping/lots.ts';
import { Moves, type MoveResult, type NewMove } from '../stock-keeping/moves.ts';
import { ParkedReadings } from '../stock-keeping/parked-readings.ts';
import { Reservations } from '../stock-keeping/reservations.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** What people say about stock besides counting it. Suppliers see of it only what was taken of their own. */
@Controller()
export class StockKeepingController {
  constructor(
    private readonly reservations: Reservations,
    private readonly moves: Moves,
    private readonly lots: Lots,
    private readonly consignment: Consignment,
    private readonly parked: ParkedReadings,
  ) {}

  @ContractRoute('listReservations')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  listReservations(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listReservations'>,
  ): Promise<ResponseOf<'listReservations'>> {
    return this.reservations.list(person.tenantId, query);
  }

  @ContractRoute('reserve')
  @Roles('admin', 'buyer', 'operator')
  async reserve(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'reserve'>,
  ): Promise<ResponseOf<'reserve'>> {
    return found(await this.reservations.reserve(person.tenantId, params, body, person.email));
  }

  @ContractRoute('fulfilReservation')
  @Roles('admin', 'buyer', 'operator')
  async fulfil(
    @CurrentPerson() { tenantId, email }: UserPrincipal,
    @Input() { params, body }: InputOf<'fulfilReservation'>,
  ): Promise<ResponseOf<'fulfilReservation'>> {
    return found(await this.reservations.fulfil(tenantId, params.reservationId, body.quantity, email));
  }

  @ContractRoute('releaseReservation')
  @Roles('admin', 'buyer', 'operator')
  async release(
    @CurrentPerson() { tenantId, email }: UserPrincipal,
    @Input() { params }: InputOf<'releaseReservation'>,
  ): Promise<ResponseOf<'releaseReservation'>> {
    return found(await this.reservations.release(tenantId, params.reservationId, email));
  }

  @ContractRoute('listMoves')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  listMoves(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listMoves'>,
  ): Promise<ResponseOf<'listMoves'>> {
    return this.moves.list(person.tenantId, query);
  }

  @ContractRoute('transfer')
  @Roles('admin', 'buyer', 'operator')
  transfer(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'transfer'>,
  ): Promise<ResponseOf<'transfer'>> {
    const to = { siteId: body.to.siteId ?? params.siteId, binId: body.to.binId };
    return this.#announce(person, { kind: 'TRANSFER', from: params, to, ...said(body) });
  }

  @ContractRoute('returnGoods')
  @Roles('admin', 'buyer', 'operator')
  returnGoods(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'returnGoods'>,
  ): Promise<ResponseOf<'returnGoods'>> {
    const side = body.direction === 'into-stock' ? { to: params } : { from: params };
    return this.#announce(person, { kind: 'RETURN', ...side, ...said(body) });
  }

  @ContractRoute('listBinLots')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async listBinLots(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'listBinLots'>,
  ): Promise<ResponseOf<'listBinLots'>> {
    return { items: await this.lots.ofBin(person.tenantId, params), nextCursor: null };
  }

  @ContractRoute('recordLot')
  @Roles('admin', 'buyer', 'operator')
  async recordLot(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'recordLot'>,
  ): Promise<ResponseOf<'recordLot'>> {
    return found(await this.lots.record(person.tenantId, params, body, person.email));
  }

  @ContractRoute('listExpiringLots')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  listExpiringLots(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listExpiringLots'>,
  ): Promise<ResponseOf<'listExpiringLots'>> {
    return this.lots.expiring(person.tenantId, query);
  }

  @ContractRoute('listConsignmentConsumption')
  listConsignmentConsumption(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listConsignmentConsumption'>,
  ): Promise<ResponseOf<'listConsignmentConsumption'>> {
    return this.consignment.consumption(person.tenantId, { ...query, supplierId: person.supplierId });
  }

  @ContractRoute('listParkedReadings')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  listParkedReadings(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listParkedReadings'>,
  ): Promise<ResponseOf<'listParkedReadings'>> {
    return this.parked.list(person.tenantId, query);
  }

  @ContractRoute('replayParkedReading')
  @Roles('admin', 'operator')
  async replayParkedReading(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'replayParkedReading'>,
  ): Promise<ResponseOf<'replayParkedReading'>> {
    return found(await this.parked.replay(person.tenantId, params.parkedId));
  }

  @ContractRoute('discardParkedReading')
  @Roles('admin', 'operator')
  async discardParkedReading(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'discardParkedReading'>,
  ): Promise<ResponseOf<'discardParkedReading'>> {
    return { discarded: await this.parked.discard(person.tenantId, params.parkedId) };
  }

  async #announce(person: UserPrincipal, move: Omit<NewMove, 'by'>) {
    const result = await this.moves.announce(person.tenantId, { ...move, by: person.email });
    if (!result.ok) throw refused(result);
    return result.move;
  }
}

function said(body: { quantity: number; note?: string | undefined; moveId?: string | undefined }) {
  return { quantity: body.quantity, note: body.note, moveId: body.moveId };
}

function found<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new HttpProblem('NOT_FOUND', 'There is no such thing, or not any more');
  return thing;
}

function refused({ because }: Extract<MoveResult, { ok: false }>): HttpProblem {
  switch (because) {
    case 'no-such-bin':
      return new HttpProblem('NOT_FOUND', 'There is no such bin');
    case 'other-item':
      return new HttpProblem('MOVE_IMPOSSIBLE', 'The two bins hold different items');
    case 'same-bin':
      return new HttpProblem('MOVE_IMPOSSIBLE', 'Both sides are the same bin');
    default:
      return new HttpProblem('MOVE_IMPOSSIBLE', 'This moveId stands for another move');
  }
}
