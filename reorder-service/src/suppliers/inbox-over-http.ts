import { Module } from '@nestjs/common';

import { SUPPLIER_INBOX, type SupplierMessages } from '../http/supplier.controller.ts';
import { SupplierInbox } from './supplier-inbox.ts';
import { SuppliersModule } from './suppliers.module.ts';

/** Hands suppliers' messages from the HTTP API to the inbox. */
@Module({
  imports: [SuppliersModule],
  providers: [
    {
      provide: SUPPLIER_INBOX,
      inject: [SupplierInbox],
      useFactory: (inbox: SupplierInbox): SupplierMessages => ({
        receiveOrderResponse: ({ tenantId, supplierId }, message) =>
          inbox.applyOrderResponse(tenantId, supplierId, message),
        receiveDespatchAdvice: ({ tenantId, supplierId }, message) =>
          inbox.applyDespatchAdvice(tenantId, supplierId, message),
      }),
    },
  ],
  exports: [SUPPLIER_INBOX],
})
export class InboxOverHttpModule {}
