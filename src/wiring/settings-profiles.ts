import { Injectable } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { StoresService } from '../stores/stores.service.js';
import { type StoreProfile, StoreProfiles } from '../templates/ports.js';

/** What templates ask of a store, from its settings. */
@Injectable()
export class SettingsProfiles extends StoreProfiles {
  constructor(
    private readonly database: EngineDatabase,
    private readonly stores: StoresService,
  ) {
    super();
  }

  async ofStore(storeId: string): Promise<StoreProfile> {
    const settings = (await this.stores.settingsOf(this.database, [storeId])).get(storeId);
    if (!settings) throw new NotFound('store');
    return settings;
  }
}
