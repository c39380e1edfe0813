import { Module, type DynamicModule } from '@nestjs/common';

import { AuthModule } from './auth/auth.module.ts';
import { DatabaseModule } from './database/database.module.ts';
import type { Db } from './database/open-database.ts';
import { HttpModule } from './http/http.module.ts';
import type { HttpOptions } from './http/http-options.ts';
import { MqttModule } from './mqtt/mqtt.module.ts';
import { OrdersModule } from './orders/orders.module.ts';
import { OutboundModule } from './outbound/outbound.module.ts';
import { ReplenishmentModule } from './replenishment/replenishment.module.ts';
import { RuntimeModule, type Runtime } from './runtime/runtime.module.ts';
import { StockModule } from './stock/stock.module.ts';
import { SuppliersModule } from './suppliers/suppliers.module.ts';
import { UpkeepModule } from './upkeep/upkeep.module.ts';

/** The whole service over an open, migrated and seeded database. */
@Module({})
export class AppModule {
  static of(runtime: Runtime, db: Db, http: HttpOptions): DynamicModule {
    const { config, logger } = runtime;
    return {
      module: AppModule,
      imports: [
        RuntimeModule.of(runtime),
        DatabaseModule.of(db),
        OutboundModule,
        AuthModule.of({
          jwtSecret: config.SHELFWIRE_JWT_SECRET,
          adminEmail: config.SHELFWIRE_ADMIN_EMAIL,
          adminPassword: config.SHELFWIRE_ADMIN_PASSWORD,
          adminTenant: config.SHELFWIRE_ADMIN_TENANT,
          logger,
        }),
        StockModule,
        ReplenishmentModule,
        OrdersModule,
        SuppliersModule,
        UpkeepModule,
        HttpModule.of(http, [StockModule, OrdersModule, MqttModule, SuppliersModule]),
      ],
    };
  }
}
