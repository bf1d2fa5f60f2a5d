import { Module } from '@nestjs/common';
import { ScenarioRegistry } from './scenario-registry.js';

@Module({ providers: [ScenarioRegistry], exports: [ScenarioRegistry] })
export class ScenariosModule {}
