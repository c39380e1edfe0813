import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { Exports } from './exports.ts';
import { MasterDataImport } from './master-data-import.ts';

/** Files in and out: what spreadsheets and ERP systems exchange. */
@Module({
  imports: [EventsModule],
  providers: [Exports, MasterDataImport],
  exports: [Exports, MasterDataImport],
})
export class MasterDataModule {}
