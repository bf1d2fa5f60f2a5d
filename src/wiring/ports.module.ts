import { Global, Module } from '@nestjs/common';
import { ConfirmationScenario } from '../scenarios/confirmation-scenario.js';
import { ScenariosModule } from '../scenarios/scenarios.module.js';
import { ConfirmationLetters } from '../stores/confirmation-letters.js';
import { StoresModule } from '../stores/stores.module.js';
import { StoreProfiles } from '../templates/ports.js';
import { SettingsProfiles } from './settings-profiles.js';

/** Ports of supporting modules, which may not know one another. What stages offer is bound by modules of theirs. */
@Global()
@Module({
  imports: [StoresModule, ScenariosModule],
  providers: [
    { provide: StoreProfiles, useClass: SettingsProfiles },
    { provide: ConfirmationLetters, useExisting: ConfirmationScenario },
  ],
  exports: [StoreProfiles, ConfirmationLetters],
})
export class PortsModule {}
