import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import type { Config } from '../config.ts';

export const CONFIG = Symbol('CONFIG');
export const LOGGER = Symbol('LOGGER');
export const METRICS = Symbol('METRICS');
export const CLOCK = Symbol('CLOCK');

/** Answers the time in Unix milliseconds; tests put their own in its place. */
export type Clock = () => number;

export interface Runtime {
  config: Config;
  logger: Logger;
  metrics: ServiceMetrics;
  clock: Clock;
}

/** What every module may ask for without importing anything. */
@Global()
@Module({})
export class RuntimeModule {
  static of(runtime: Runtime): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: runtime.config },
      { provide: LOGGER, useValue: runtime.logger },
      { provide: METRICS, useValue: runtime.metrics },
      { provide: CLOCK, useValue: runtime.clock },
    ];
    return { module: RuntimeModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
