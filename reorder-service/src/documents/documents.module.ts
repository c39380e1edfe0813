import { Module } from '@nestjs/common';

import { SuppliersModule } from '../suppliers/suppliers.module.ts';
import { UblInbox } from './ubl-inbox.ts';

/** Suppliers' documents in the forms that their systems write. */
@Module({ imports: [SuppliersModule], providers: [UblInbox], exports: [UblInbox] })
export class DocumentsModule {}
