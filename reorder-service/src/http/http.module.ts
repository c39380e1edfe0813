import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';

import { AlertsModule } from '../alerts/alerts.module.ts';
import { DocumentsModule } from '../documents/documents.module.ts';
import { GatewaysModule } from '../gateways/gateways.module.ts';
import { MasterDataModule } from '../master-data/master-data.module.ts';
import { OperatorModule } from '../operator/operator.module.ts';
import { OverviewModule } from '../overview/overview.module.ts';
import { PlanningModule } from '../planning/planning.module.ts';
import { ReceivingModule } from '../receiving/receiving.module.ts';
import { StockKeepingModule } from '../stock-keeping/stock-keeping.module.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { AccessGuard } from './access-guard.ts';
import { AlertsController } from './alerts.controller.ts';
import { ApprovalRulesController } from './approval-rules.controller.ts';
import { AuthController } from './auth.controller.ts';
import { DocumentsController } from './documents.controller.ts';
import { EventSubscriptionsController } from './event-subscriptions.controller.ts';
import { GatewaysController } from './gateways.controller.ts';
import { HTTP_OPTIONS, type HttpOptions } from './http-options.ts';
import { MasterDataController } from './master-data.controller.ts';
import { OrderActionsController } from './order-actions.controller.ts';
import { OrdersController } from './orders.controller.ts';
import { OverviewController } from './overview.controller.ts';
import { ParkedReadingsController } from './parked-readings.controller.ts';
import { PeopleController } from './people.controller.ts';
import { PlanningController } from './planning.controller.ts';
import { ProblemFilter } from './problem-filter.ts';
import { ReceivingController } from './receiving.controller.ts';
import { StockController } from './stock.controller.ts';
import { StockKeepingController } from './stock-keeping.controller.ts';
import { StreamController } from './stream.controller.ts';
import { SuppliedItems } from './supplied-items.ts';
import { SupplierPeopleController } from './supplier-people.controller.ts';
import { SupplierController } from './supplier.controller.ts';
import { TelemetryController } from './telemetry.controller.ts';

/**
 * The HTTP API. `imports` are the modules that export StockQueries, OrderQueries, LiveEvents and SupplierInbox; the
 * AuthModule and the DatabaseModule are global. Beside it, `registerWeb` adds what is not of the API.
 */
@Module({})
export class HttpModule {
  static of(options: HttpOptions, imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: HttpModule,
      imports: [
        ...imports,
        AlertsModule,
        DocumentsModule,
        GatewaysModule,
        MasterDataModule,
        OperatorModule,
        OverviewModule,
        PlanningModule,
        ReceivingModule,
        StockKeepingModule,
        WebhooksModule,
      ],
      controllers: [
        AlertsController,
        ApprovalRulesController,
        AuthController,
        DocumentsController,
        EventSubscriptionsController,
        GatewaysController,
        MasterDataController,
        OrderActionsController,
        OrdersController,
        OverviewController,
        ParkedReadingsController,
        PeopleController,
        PlanningController,
        ReceivingController,
        StockController,
        StockKeepingController,
        StreamController,
        SupplierController,
        SupplierPeopleController,
        TelemetryController,
      ],
      providers: [
        { provide: HTTP_OPTIONS, useValue: options },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        AccessGuard,
        SuppliedItems,
      ],
    };
  }
}
