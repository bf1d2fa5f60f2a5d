import { Injectable } from '@nestjs/common';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { ConfirmationLetters } from './confirmation-letters.js';
import { fullSettings, patchedSettings } from './merge-settings.js';
import type { PatchStoreDto } from './store.dto.js';
import { StoreEntity } from './store.entity.js';
import type { StoreView } from './store.view.js';
import { StoresService } from './stores.service.js';

/** Reads and changes the settings of the caller's store. */
@Injectable()
export class StoreSettingsService {
  constructor(
    private readonly database: RequestDatabase,
    private readonly stores: StoresService,
    private readonly confirmations: ConfirmationLetters,
  ) {}

  get(scope: Scope): Promise<StoreView> {
    return this.database.run(scope, async (manager) =>
      viewOf(await manager.findOneByOrFail(StoreEntity, { id: scope.storeId })),
    );
  }

  /** Changes what the patch names, under the row's lock: two patches at once both count. */
  async patch(scope: Scope, patch: PatchStoreDto): Promise<StoreView> {
    // First the letter, then the rule: nobody is to wait for a confirmation that nobody asks for.
    if (patch.doubleOptIn) await this.confirmations.ensurePublished(scope.storeId);
    const view = await this.database.run(scope, async (manager) => {
      const store = await manager.findOneOrFail(StoreEntity, {
        where: { id: scope.storeId },
        lock: { mode: 'pessimistic_write' },
      });
      store.name = patch.name ?? store.name;
      store.settings = patchedSettings(store.settings, patch);
      return viewOf(await manager.save(store));
    });
    this.stores.forget(scope.storeId);
    return view;
  }
}

function viewOf({ id, key, name, settings }: StoreEntity): StoreView {
  return { id, key, ...fullSettings(name, settings) };
}
