import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { StockKeepingModule } from '../stock-keeping/stock-keeping.module.ts';
import { StockModule } from '../stock/stock.module.ts';
import { ReceiptQueries } from './receipt-queries.ts';
import { Receiving } from './receiving.ts';
import { SupplierReturns } from './supplier-returns.ts';

/** Goods that come, by whatever way they are told, and goods that go back. */
@Module({
  imports: [EventsModule, StockKeepingModule, StockModule],
  providers: [ReceiptQueries, Receiving, SupplierReturns],
  exports: [ReceiptQueries, Receiving, SupplierReturns],
})
export class ReceivingModule {}
