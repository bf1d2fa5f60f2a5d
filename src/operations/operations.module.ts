import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { AlertSchedule } from './alerts/alert-schedule.js';
import { Episodes } from './alerts/episodes.js';
import { Troubles } from './alerts/troubles.js';
import { Maintenance } from './maintenance.js';
import { MaintenanceSchedule } from './maintenance-schedule.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsPage } from './metrics-page.js';
import { StageWatchdog } from './stage-watchdog.js';
import { SystemFiguresReader } from './system-figures.js';

/** What the people who run the service see of it. */
@Module({
  imports: [DeliveryModule],
  controllers: [MetricsController],
  providers: [
    AlertSchedule,
    Episodes,
    Maintenance,
    MaintenanceSchedule,
    MetricsPage,
    StageWatchdog,
    SystemFiguresReader,
    Troubles,
  ],
})
export class OperationsModule {}
