import { Module } from '@nestjs/common';
import { Maintenance } from './maintenance.js';
import { MaintenanceSchedule } from './maintenance-schedule.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsPage } from './metrics-page.js';
import { StageWatchdog } from './stage-watchdog.js';
import { SystemFiguresReader } from './system-figures.js';

/** What the people who run the service see of it. */
@Module({
  controllers: [MetricsController],
  providers: [Maintenance, MaintenanceSchedule, MetricsPage, StageWatchdog, SystemFiguresReader],
})
export class OperationsModule {}
