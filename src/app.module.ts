import { type DynamicModule, Module } from '@nestjs/common';
import { ContactsModule } from './contacts/contacts.module.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { LedgerModule } from './delivery/ledger.module.js';
import { EnrollmentsModule } from './enrollments/enrollments.module.js';
import { RunPortsModule } from './enrollments/run-ports.module.js';
import { IngestPortsModule } from './ingest/ingest-ports.module.js';
import { IngestModule } from './ingest/ingest.module.js';
import { OperationsModule } from './operations/operations.module.js';
import type { Platform } from './platform/platform.js';
import { PlatformModule } from './platform/platform.module.js';
import { SandboxModule } from './sandbox/sandbox.module.js';
import { ScenariosModule } from './scenarios/scenarios.module.js';
import { ConversionsModule } from './stats/conversions.module.js';
import { StatsModule } from './stats/stats.module.js';
import { FirstRun } from './stores/first-run.js';
import { StoresModule } from './stores/stores.module.js';
import { TemplatesModule } from './templates/templates.module.js';
import { HitPortsModule } from './tracking/hit-ports.module.js';
import { TrackingModule } from './tracking/tracking.module.js';
import { PortsModule } from './wiring/ports.module.js';

const SUPPORTING = [StoresModule, ContactsModule, TemplatesModule];
/** In the order of an event's way. */
const FLOW = [
  IngestModule,
  ScenariosModule,
  EnrollmentsModule,
  DeliveryModule,
  TrackingModule,
  StatsModule,
  SandboxModule,
];
/** What earlier stages ask of later ones, bound without their knowing one another. */
const PORTS = [IngestPortsModule, RunPortsModule, LedgerModule, HitPortsModule, ConversionsModule, PortsModule];

/** The whole service. */
@Module({})
export class AppModule {
  static of(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.of(platform), ...SUPPORTING, ...FLOW, ...PORTS, OperationsModule],
      providers: [FirstRun],
    };
  }
}
