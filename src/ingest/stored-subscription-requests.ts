import { Injectable } from '@nestjs/common';
import { type ConsentGiven, SubscriptionRequests } from '../contacts/ports.js';
import { SUBSCRIPTION_REQUESTED } from '../domain/double-opt-in.js';
import type { Sql } from '../platform/database/sql.js';
import { StoresService } from '../stores/stores.service.js';
import { StorefrontRecorder } from './storefront-recorder.js';

/** Makes an event of a consent that came without one, where the store asks for a confirmation. */
@Injectable()
export class StoredSubscriptionRequests extends SubscriptionRequests {
  constructor(
    private readonly stores: StoresService,
    private readonly events: StorefrontRecorder,
  ) {
    super();
  }

  async consentGiven(tx: Sql, { storeId, environmentId, contactId, source, at }: ConsentGiven): Promise<void> {
    const settings = (await this.stores.settingsOf(tx, [storeId])).get(storeId);
    if (!settings?.doubleOptIn) return;
    await this.events.record(tx, { environmentId, contactId, type: SUBSCRIPTION_REQUESTED, at, data: { source } });
  }
}
