import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';

import type { Db } from './open-database.ts';

/** Injects the open database: `constructor(@Inject(DATABASE) private readonly db: Db)`. */
export const DATABASE = Symbol('DATABASE');

/** Gives the open and migrated database to every module, and closes it as the last thing of a shutdown. */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly db: Db) {}

  static of(db: Db): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DATABASE, useValue: db }],
      exports: [DATABASE],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.db.destroy();
  }
}
