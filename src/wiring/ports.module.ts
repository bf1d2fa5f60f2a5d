import { Global, Module } from '@nestjs/common';
import { StoresModule } from '../stores/stores.module.js';
import { StoreProfiles } from '../templates/ports.js';
import { SettingsProfiles } from './settings-profiles.js';

/** Ports of supporting modules, which may not know one another. What stages offer is bound by modules of theirs. */
@Global()
@Module({
  imports: [StoresModule],
  providers: [{ provide: StoreProfiles, useClass: SettingsProfiles }],
  exports: [StoreProfiles],
})
export class PortsModule {}
