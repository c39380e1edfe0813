import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { SupplierInbox, type SupplierMessageResult } from '../suppliers/supplier-inbox.ts';
import { despatchAdviceOf } from './despatch-advice.ts';
import type { DocumentProblem } from './document-problem.ts';
import { isProblem, orderResponseOf } from './order-response.ts';
import type { OrderedGoods } from './ordered-goods.ts';
import { kindOf, messageIdOf, orderReferenceOf } from './ubl-document.ts';
import { readXml } from './xml-element.ts';

export type DocumentResult =
  | SupplierMessageResult
  | { ok: false; code: 'DOCUMENT_REFUSED'; detail: string; problems: DocumentProblem[] };

interface OrderRow extends OrderedGoods {
  status: Extract<SupplierMessageResult, { ok: true }>['status'];
}

/** What suppliers say in UBL, on the same way as what they say in JSON: it counts once, and an order sees no difference. */
@Injectable()
export class UblInbox {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly inbox: SupplierInbox,
  ) {}

  async apply(tenantId: string, supplierId: string, xml: string): Promise<DocumentResult> {
    const read = readXml(xml);
    if (!read.ok) return refused(read.problems);
    const { root } = read;
    const kind = kindOf(root);
    if (isProblem(kind)) return refused([kind]);
    const reference = orderReferenceOf(root);
    const messageId = messageIdOf(root, supplierId);
    if (isProblem(reference) || isProblem(messageId)) return refused([reference, messageId].filter(isProblem));
    const order = await this.#orderOf(tenantId, supplierId, reference);
    if (!order) {
      const asked = 'orderId' in reference ? reference.orderId : reference.orderNumber;
      return { ok: false, code: 'ORDER_NOT_FOUND', detail: `there is no order ${asked} to this supplier` };
    }
    const ids = { messageId, nowMs: this.clock() };
    if (kind === 'DespatchAdvice') {
      const advice = despatchAdviceOf(root, order, ids);
      return advice.ok
        ? this.inbox.applyDespatchAdvice(tenantId, supplierId, advice.message)
        : refused(advice.problems);
    }
    const response = orderResponseOf(root, order, ids);
    if (response.kind === 'refused') return refused(response.problems);
    if (response.kind === 'message') return this.inbox.applyOrderResponse(tenantId, supplierId, response.message);
    return { ok: true, orderId: order.orderId, status: order.status, repeated: true };
  }

  async #orderOf(
    tenantId: string,
    supplierId: string,
    reference: { orderId: string } | { orderNumber: string },
  ): Promise<OrderRow | undefined> {
    const which =
      'orderId' in reference ? sql`o.order_id = ${reference.orderId}` : sql`o.order_number = ${reference.orderNumber}`;
    const { rows } = await withTenant(this.db, tenantId, (tx) =>
      sql<OrderRow>`
        select o.order_id as "orderId", o.order_number as "orderNumber", o.status, s.time_zone as "timeZone",
               (select jsonb_agg(jsonb_build_object('lineNumber', l.line_number, 'partNumber', l.part_number,
                  'orderedUnits', l.ordered_quantity / l.stock_units_per_order_unit, 'unit', l.order_unit,
                  'stockUnitsPerUnit', l.stock_units_per_order_unit, 'unitPriceCents', l.exact_unit_price_cents)
                  order by l.line_number)
                from purchase_order_line l where l.order_id = o.order_id) as lines
        from purchase_order o join site s on s.tenant_id = o.tenant_id and s.site_id = o.site_id
        where o.tenant_id = ${tenantId} and o.supplier_id = ${supplierId} and ${which}`.execute(tx),
    );
    return rows[0];
  }
}

function refused(problems: DocumentProblem[]): DocumentResult {
  const detail = 'The document cannot be taken as it is: see what is wrong with which element';
  return { ok: false, code: 'DOCUMENT_REFUSED', detail, problems };
}
