import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StarterContent } from '../stores/starter-content.js';
import { TemplatesModule } from '../templates/templates.module.js';
import { ConfirmationScenario } from './confirmation-scenario.js';
import { PresetsController } from './presets.controller.js';
import { PresetsService } from './presets.service.js';
import { RunnableScenarios } from './runnable-scenarios.js';
import { ScenarioPublisher } from './scenario-publisher.js';
import { ScenarioRegistry } from './scenario-registry.js';
import { ScenarioVersionEntity } from './scenario-version.entity.js';
import { ScenarioEntity } from './scenario.entity.js';
import { ScenariosController } from './scenarios.controller.js';
import { ScenariosService } from './scenarios.service.js';
import { SchemasController } from './schemas.controller.js';

/** Drafts, versions and publications of scenarios, and the presets. Asks for the port ScenarioRuns. */
@Module({
  imports: [TypeOrmModule.forFeature([ScenarioEntity, ScenarioVersionEntity]), TemplatesModule],
  controllers: [ScenariosController, SchemasController, PresetsController],
  providers: [
    ConfirmationScenario,
    PresetsService,
    RunnableScenarios,
    ScenarioPublisher,
    ScenarioRegistry,
    ScenariosService,
    { provide: StarterContent, useExisting: PresetsService },
  ],
  exports: [ConfirmationScenario, RunnableScenarios, ScenarioRegistry, StarterContent],
})
export class ScenariosModule {}
