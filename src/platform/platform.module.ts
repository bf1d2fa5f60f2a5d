import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { BlindKeys } from './blind-keys.js';
import { ProcessClock } from './clock/clock.js';
import { Env } from './config/env.js';
import { EngineDatabase } from './database/engine-database.js';
import { HealthDatabase } from './database/health-database.js';
import { requestDataSource } from './database/request-data-source.js';
import { RequestDatabase } from './database/request-database.js';
import { HealthChecks } from './health/health-checks.js';
import { HealthController } from './health/health.controller.js';
import { PlatformChecks } from './health/platform-checks.js';
import { Readiness } from './health/readiness.js';
import { ConsoleController } from './http/console.controller.js';
import { Metrics } from './metrics/metrics.js';
import type { Platform } from './platform.js';
import { QueueModule } from './queue/queue.module.js';
import { Secrets } from './secrets.js';
import { WorkerIncarnation } from './worker-incarnation.js';

/** What every module may ask for by class, in every module without importing this one. */
@Module({})
export class PlatformModule {
  static of(platform: Platform): DynamicModule {
    const provided = [
      { provide: Env, useValue: platform.env },
      { provide: EngineDatabase, useValue: platform.engine },
      { provide: Secrets, useValue: platform.secrets },
      { provide: BlindKeys, useValue: new BlindKeys(platform.secrets) },
      { provide: WorkerIncarnation, useValue: platform.incarnation },
      {
        provide: RequestDatabase,
        useFactory: (source: DataSource) => new RequestDatabase(source),
        inject: [DataSource],
      },
      { provide: HealthDatabase, useFactory: () => new HealthDatabase(platform.databaseUrl) },
      Metrics,
      ProcessClock,
      Readiness,
      { provide: HealthChecks, useFactory: () => new HealthChecks() },
    ];
    return {
      global: true,
      module: PlatformModule,
      imports: [
        TypeOrmModule.forRoot(requestDataSource(platform.databaseUrl, platform.env.DATABASE_TIMEOUT_S)),
        QueueModule.of(platform),
      ],
      controllers: [HealthController, ConsoleController],
      providers: [...provided, PlatformChecks],
      exports: [...provided, QueueModule],
    };
  }
}
