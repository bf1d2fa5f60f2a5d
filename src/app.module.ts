import { type DynamicModule, Module } from '@nestjs/common';
import type { Platform } from './platform/platform.js';
import { PlatformModule } from './platform/platform.module.js';
import { FirstRun } from './stores/first-run.js';
import { StarterContent } from './stores/starter-content.js';
import { StoresModule } from './stores/stores.module.js';

/** The whole service, its modules in the order of an event's way. */
@Module({})
export class AppModule {
  static of(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.of(platform), StoresModule],
      providers: [FirstRun, { provide: StarterContent, useValue: { installAll: () => Promise.resolve(), publishFive: () => Promise.resolve() } }],
    };
  }
}
