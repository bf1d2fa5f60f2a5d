import { Module, type OnModuleInit } from '@nestjs/common';
import { StageRunner } from '../platform/queue/stage-runner.js';
import { ScenariosModule } from '../scenarios/scenarios.module.js';
import { StoresModule } from '../stores/stores.module.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { ContactExport } from './contact-export.js';
import { ContactHistory } from './contact-history.js';
import { ContactHistoryController } from './contact-history.controller.js';
import { ConversionsModule } from './conversions.module.js';
import { Figures } from './figures.js';
import { Rollup } from './rollup.js';
import { ScenarioLift } from './scenario-lift.js';
import { ScenarioStats } from './scenario-stats.js';
import { ScenarioVariants } from './scenario-variants.js';
import { StatsController } from './stats.controller.js';
import { StatsStage } from './stats-stage.js';

/** What each letter brought, and what happened to each person. Import `ConversionsModule` (global) too. */
@Module({
  imports: [ConversionsModule, ScenariosModule, StoresModule, TemplatesModule],
  controllers: [StatsController, ContactHistoryController],
  providers: [
    ContactExport,
    ContactHistory,
    Figures,
    Rollup,
    ScenarioLift,
    ScenarioStats,
    ScenarioVariants,
    StatsStage,
  ],
  exports: [Figures, Rollup],
})
export class StatsModule implements OnModuleInit {
  constructor(
    private readonly stages: StageRunner,
    private readonly stage: StatsStage,
  ) {}

  onModuleInit(): void {
    this.stages.registerStage(this.stage);
  }
}
