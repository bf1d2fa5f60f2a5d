import { Global, Module } from '@nestjs/common';
import { StarterContent } from '../stores/starter-content.js';
import { StoresModule } from '../stores/stores.module.js';
import { StoreProfiles } from '../templates/ports.js';
import { SettingsProfiles } from './settings-profiles.js';

/** Ports of modules that may not know one another. What the ledger, runs and statistics offer is bound by modules of theirs. */
@Global()
@Module({
  imports: [StoresModule],
  providers: [
    { provide: StoreProfiles, useClass: SettingsProfiles },
    { provide: StarterContent, useValue: { installAll: () => Promise.resolve(), publishFive: () => Promise.resolve() } },
  ],
  exports: [StoreProfiles, StarterContent],
})
export class PortsModule {}
