import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { EnrollmentsModule } from '../enrollments/enrollments.module.js';
import { StatsModule } from '../stats/stats.module.js';
import { StoresModule } from '../stores/stores.module.js';
import { TrackingModule } from '../tracking/tracking.module.js';
import { SandboxAgenda } from './sandbox-agenda.js';
import { SandboxClock } from './sandbox-clock.js';
import { SandboxController } from './sandbox.controller.js';
import { SandboxPeople } from './sandbox-people.js';
import { SandboxService } from './sandbox.service.js';
import { SandboxTurns } from './sandbox-turns.js';

/** A store's sandbox: its clock, and recipients that are played. */
@Module({
  imports: [StoresModule, EnrollmentsModule, DeliveryModule, TrackingModule, StatsModule],
  controllers: [SandboxController],
  providers: [SandboxAgenda, SandboxClock, SandboxPeople, SandboxService, SandboxTurns],
})
export class SandboxModule {}
